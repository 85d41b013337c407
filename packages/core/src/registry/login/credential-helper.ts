import { spawn } from 'node:child_process';
import type { StoredLogin } from '../../docker/config.js';
import { parseJsonObject, textOf } from '../../docker/json-file.js';
import { cancelled, WarmdockError } from '../../errors.js';

export interface CredentialHelperOptions {
  /** The helper's environment; its `PATH` is searched for the program. */
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** How long the helper may take, default 30 s: BuildKit gives up after 60. */
  timeoutMs?: number;
}

const outputLimitBytes = 1024 * 1024;

/** By protocol the answer for an unknown registry, on standard output together with a failing exit code. */
const notFoundText = 'credentials not found in native keychain';

/** By protocol this user name says that the secret is an identity token. */
const tokenUsername = '<token>';

/**
 * Asks `docker-credential-<name> get` for the login of a registry; `undefined` when it knows none.
 *
 * Follows docker's credential helper protocol: the registry goes in on standard input, a JSON object
 * comes out. What the helper printed never gets into an error: these travel to the builder.
 */
export async function askCredentialHelper(
  name: string,
  registry: string,
  options: CredentialHelperOptions,
): Promise<StoredLogin | undefined> {
  const program = programOf(name);
  const answer = await run(program, registry, options);
  const output = Buffer.concat(answer.chunks).toString('utf8').trim();
  if (answer.exitCode === 0) return loginIn(output, program, registry);
  if (output === notFoundText) return undefined;
  throw new WarmdockError(
    'UNAVAILABLE',
    `credential helper ${program} failed for registry ${registry}: ${answer.ending}`,
    {
      hint: `run "${program} get" by hand to see why; it reads the registry from standard input`,
    },
  );
}

function programOf(name: string): string {
  if (/^[\w.-]+$/.test(name)) return `docker-credential-${name}`;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `docker config names an impossible credential helper ${JSON.stringify(name)}`,
  );
}

function loginIn(output: string, program: string, registry: string): StoredLogin {
  const answer = parseJsonObject(
    output,
    `the answer of credential helper ${program} for registry ${registry}`,
  );
  const username = textOf(answer.Username);
  const secret = textOf(answer.Secret);
  const isToken = username === tokenUsername;
  return {
    username: isToken ? '' : username,
    password: isToken ? '' : secret,
    identityToken: isToken ? secret : '',
    registryToken: '',
  };
}

interface Answer {
  readonly chunks: Buffer[];
  readonly exitCode: number | null;
  /** How the program ended, for people. */
  readonly ending: string;
}

async function run(
  program: string,
  input: string,
  options: CredentialHelperOptions,
): Promise<Answer> {
  const { signal, env, timeoutMs = 30_000 } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      env,
      signal: stop,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    child.on('error', (cause: NodeJS.ErrnoException) =>
      reject(failure(program, cause, deadline, timeoutMs, signal)),
    );
    child.stdout.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= outputLimitBytes) return chunks.push(chunk);
      child.kill('SIGKILL');
      return reject(
        new WarmdockError(
          'PROTOCOL',
          `credential helper ${program} printed more than ${outputLimitBytes} bytes`,
        ),
      );
    });
    child.on('close', (exitCode, killedBy) =>
      resolve({ chunks, exitCode, ending: killedBy ?? `exit code ${exitCode}` }),
    );
    // A helper that exits without reading is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function failure(
  program: string,
  cause: NodeJS.ErrnoException,
  deadline: AbortSignal,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): WarmdockError {
  if (signal?.aborted) return cancelled(`asking credential helper ${program}`, signal);
  if (deadline.aborted) {
    return new WarmdockError(
      'TIMEOUT',
      `credential helper ${program} did not answer within ${timeoutMs} ms`,
    );
  }
  const missing = cause.code === 'ENOENT';
  return new WarmdockError(
    missing ? 'NOT_FOUND' : 'UNAVAILABLE',
    `cannot run credential helper ${program}: ${missing ? 'it is not in PATH' : cause.code}`,
    {
      hint: "install it, or remove it from credsStore and credHelpers in docker's config.json",
      cause,
    },
  );
}

import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { WarmdockError } from '../../errors.js';
import { GetSecretRequest, GetSecretResponse } from '../../gen/session.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import type { Attachable } from './attachable.js';
import { unary } from './unary.js';

/** Where a build secret is found; the value itself is read only when the builder asks for it. */
export type SecretSource =
  | { readonly id: string; readonly type: 'file'; readonly path: string }
  | { readonly id: string; readonly type: 'env'; readonly name: string };

/** BuildKit's own limit. */
const limitBytes = 500 * 1024;

/** Throws `NOT_FOUND` or `INVALID_ARGUMENT` for a secret file that is missing, a directory or too large; reads no values. */
export function checkSecretSources(sources: readonly SecretSource[]): void {
  for (const source of sources) {
    if (source.type !== 'file') continue;
    const file = statOf(source.id, source.path);
    if (file.isDirectory()) throw unusable(source.id, `${source.path} is a directory`);
    if (file.size > limitBytes) throw tooLarge(source.id);
  }
}

/**
 * Serves the secrets that this build may mount, and no others: `NOT_FOUND` for any other id.
 *
 * An environment variable that is not set is an empty secret, as in buildx. Of two sources with one
 * id the last counts. Values never appear in errors.
 */
export function buildSecrets(sources: readonly SecretSource[], env: NodeJS.ProcessEnv): Attachable {
  const byId = new Map(sources.map((source) => [source.id, source]));
  return {
    methods: {
      '/moby.buildkit.secrets.v1.Secrets/GetSecret': unary(
        GetSecretRequest,
        GetSecretResponse,
        async ({ id }) => {
          const source = byId.get(id);
          // BuildKit takes only this status for "no such secret", which a mount may tolerate.
          if (!source)
            throw new GrpcStatusError(
              GrpcCode.NOT_FOUND,
              `secret ${id} is not given to this build`,
            );
          return { data: await readSecret(source, env) };
        },
      ),
    },
  };
}

async function readSecret(source: SecretSource, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const value =
    source.type === 'env'
      ? Buffer.from(env[source.name] ?? '')
      : await readSecretFile(source.id, source.path);
  if (value.length > limitBytes) throw tooLarge(source.id);
  return value;
}

/** Reads one byte past the limit at most, whatever the file has grown to. */
async function readSecretFile(id: string, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    const file = await open(path);
    const stream = file.createReadStream({ end: limitBytes });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (cause) {
    // Not NOT_FOUND: a mount that tolerates an absent secret must not hide a mistaken path.
    throw unusable(id, `cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`, cause);
  }
  return Buffer.concat(chunks);
}

function statOf(id: string, path: string) {
  try {
    return statSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new WarmdockError(
      code === 'ENOENT' ? 'NOT_FOUND' : 'INVALID_ARGUMENT',
      `cannot use secret ${id}: cannot read ${path}: ${code}`,
      {
        hint: 'check the path of the secret',
        cause,
      },
    );
  }
}

function tooLarge(id: string): WarmdockError {
  return unusable(id, `it is larger than ${limitBytes / 1024} KiB, the most that BuildKit takes`);
}

function unusable(id: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use secret ${id}: ${why}`, { cause });
}

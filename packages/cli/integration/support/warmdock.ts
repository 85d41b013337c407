import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** The program as it is installed. */
export const launcher = join(packages, 'cli/bin/warmdock');

export interface Ended {
  /** 128 + signal number when a signal ended it, as shells say it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** From the last signal sent, or from the start. */
  readonly durationMs: number;
}

export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until stderr holds this. Throws when the program ends without it. */
  seen(pattern: RegExp): Promise<void>;
  /** Waits until stdout or stderr holds this; answers with the first group. Throws as `seen`. */
  found(pattern: RegExp): Promise<string>;
}

export interface RunOptions {
  /** `DOCKER_HOST`. */
  readonly host?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default the launcher itself. */
  readonly program?: string;
}

/** Starts the built program in a home of its own, in which nobody has a Docker configuration. */
export function startWarmdock(
  args: readonly string[],
  { host, env, program = launcher }: RunOptions = {},
): Running {
  assertBuilt();
  const home = mkdtempSync(join(tmpdir(), 'warmdock-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      ...(host !== undefined && { DOCKER_HOST: host }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let since = performance.now();
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      resolve({ exitCode, stdout, stderr, durationMs: performance.now() - since });
    });
  });
  const matched = (pattern: RegExp, text: () => string) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text());
        if (match) resolve(match);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`ended without ${pattern}: ${stderr}`)));
      look();
    });
  return {
    ended,
    kill(signal) {
      since = performance.now();
      child.kill(signal);
    },
    seen: async (pattern) => void (await matched(pattern, () => stderr)),
    found: async (pattern) => (await matched(pattern, () => stdout + stderr))[1] ?? '',
  };
}

export function runWarmdock(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return startWarmdock(args, options).ended;
}

/** A test of yesterday's program would tell nothing about today's. */
export function assertBuilt(): void {
  assertNewer('cli/dist/build-program.cjs', ['cli', 'core', 'golden']);
}

/** The same for what others build on. */
export function assertLibrariesBuilt(): void {
  for (const name of ['core', 'compose', 'golden']) assertNewer(`${name}/dist/index.js`, [name]);
}

const isNewer = new Set<string>();

function assertNewer(file: string, from: readonly string[]): void {
  // Looking at all sources takes a while, and they stay as they are while a test file runs.
  if (isNewer.has(file)) return;
  const built = statSync(join(packages, file), { throwIfNoEntry: false });
  const changed = Math.max(...from.map((name) => newest(join(packages, name, 'src'))));
  if (!built || built.mtimeMs < changed)
    throw new Error(`packages/${file} is out of date: run \`pnpm build\``);
  isNewer.add(file);
}

function newest(dir: string): number {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  );
  return Math.max(...files.map((name) => statSync(join(dir, name)).mtimeMs));
}

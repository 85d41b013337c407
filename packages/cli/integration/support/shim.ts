import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './project.js';
import { assertBuilt, launcher } from './warmdock.js';

/** The docker shim as it is in the package. */
export const shim = join(dirname(launcher), 'docker');

/** Where node and the system's programs are. */
export const systemPath = `${dirname(process.execPath)}:/usr/bin:/bin`;

/** A folder with programs in it, shell scripts by their names. */
export function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** A docker that prints its words, each ended by a NUL: the kernel's own copy, byte by byte. */
export const printWords = 'cat /proc/$$/cmdline';

/** What a node says to the shim before it builds: it must not be built again by docker. */
export const beginBuild = 'read -r begun <&8';

/** Shells that the system's `sh` may be, each as the path of an `sh`. */
export const shells = {
  dash: () => '/bin/dash',
  bash: () => shellLinkedTo('/bin/bash'),
  busybox: () => shellLinkedTo(join(useTestbed().rootfs, 'usr/bin/busybox')),
};

/** Both are what they are called. */
function shellLinkedTo(program: string): string {
  const path = join(temporaryFolder(), 'sh');
  symlinkSync(program, path);
  return path;
}

/** A folder for docker's files where buildx has a builder besides the daemon. */
export function configWithBuilder(config: object | string = {}, builder: object = {}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'buildx/instances'), { recursive: true });
  writeFileSync(join(folder, 'buildx/instances/far'), JSON.stringify(builder));
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  writeFileSync(join(folder, 'config.json'), text);
  return folder;
}

/** Programs in front of PATH that must not be started. */
export function noNode(): string {
  return programs({ node: 'echo node was started >&2; exit 99' });
}

export interface ShimOptions {
  /** The whole environment, but for `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly input?: string | Uint8Array;
  /** Leaves the input open, for a test to type into. */
  readonly keepsInput?: boolean;
  readonly cwd?: string;
  /** Default the shim. */
  readonly program?: string;
}

export interface ShimRun {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<ShimEnded>;
}

export interface ShimEnded {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export function startShim(args: readonly string[], options: ShimOptions = {}): ShimRun {
  assertBuilt();
  const { env, path = systemPath, input = '', cwd, program = shim } = options;
  const child = spawn(program, args, { env: { PATH: path, ...env }, cwd, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  if (!options.keepsInput) child.stdin.end(input);
  const status = new Promise<Pick<ShimEnded, 'exitCode' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const ended = Promise.all([status, buffer(child.stdout), buffer(child.stderr)]).then(
    ([how, stdout, stderr]) => ({ ...how, stdout, stderr: stderr.toString() }),
  );
  return { child, ended };
}

export function runShim(args: readonly string[], options?: ShimOptions): Promise<ShimEnded> {
  return startShim(args, options).ended;
}

/** The words behind `docker` that `printWords` printed. */
export function wordsOf({ stdout }: ShimEnded): string[] {
  // Before them come the shell and the script that it runs.
  return stdout.toString('latin1').split('\0').slice(2, -1);
}

/** Waits until the program has printed the text. */
export function printed({ child }: ShimRun, text: string): Promise<void> {
  return seen(child, 'stdout', (output) => output.includes(text));
}

/** The same for a pattern in its error output. */
export function printedError({ child }: ShimRun, pattern: RegExp): Promise<void> {
  return seen(child, 'stderr', (output) => pattern.test(output));
}

async function seen(
  child: ShimRun['child'],
  stream: 'stdout' | 'stderr',
  isThere: (output: string) => boolean,
): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      if (isThere(output)) resolve();
    };
    child[stream].on('data', look);
    child.once('close', () => reject(new Error(`ended too early: ${output}`)));
  });
}

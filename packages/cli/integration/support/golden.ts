import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxImage, programsPrefix, testbedDir, useTestbed } from '@warmdock/testkit';
import { type Ended, type Running, runWarmdock, startWarmdock } from './warmdock.js';

/** A store, and a machine that has docker and dockerd. */
export interface GoldenSite extends Disposable {
  readonly folder: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `warmdock golden`. */
  run(...args: string[]): Promise<Ended>;
  start(...args: string[]): Running;
  /** What it prints with `--json`; throws when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they ask for
  json(...args: string[]): Promise<any>;
  /** Builds the project's golden by a shell script, in which `load NAME` loads an image. */
  buildArgs(project: string, shell: string, ...flags: string[]): string[];
}

/** Of dockerd, on a machine that may have one already. */
const withoutNetwork = ['bridge=none', 'iptables=false', 'ip6tables=false'];

export async function makeGoldenSite(): Promise<GoldenSite> {
  const { rootfs, clients } = useTestbed();
  mkdirSync(testbedDir(), { recursive: true });
  const folder = mkdtempSync(join(testbedDir(), 'golden-'));
  const [bin, store] = [join(folder, 'bin'), join(folder, 'store')];
  mkdirSync(bin);
  // The rootfs's programs, on this machine's own files.
  writeProgram(join(bin, 'dockerd'), [...programsPrefix(rootfs), '/usr/sbin/dockerd']);
  writeProgram(join(bin, 'containerd'), [...programsPrefix(rootfs), '/usr/bin/containerd']);
  writeProgram(join(bin, 'docker'), [...clients.prefix, clients.docker]);
  const archive = join(folder, 'busybox.tar');
  writeFileSync(archive, (await busyboxImage(rootfs, 'base:test')).archive);
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    WARMDOCK_GOLDEN_STORE: store,
  };
  const load = `load() { docker load --quiet --input ${archive}; docker tag base:test "$1"; }`;
  const run = (...args: string[]) => runWarmdock(['golden', ...args], { env });
  return {
    folder,
    store,
    env,
    run,
    start: (...args) => startWarmdock(['golden', ...args], { env }),
    async json(...args) {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      if (exitCode !== 0)
        throw new Error(`golden ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
      return JSON.parse(stdout);
    },
    buildArgs: (project, shell, ...flags) => [
      'build',
      ...withoutNetwork.map((flag) => `--dockerd=--${flag}`),
      ...flags,
      project,
      '--',
      'sh',
      '-euc',
      `${load}; ${shell}`,
    ],
    [Symbol.dispose]: () => void execFileSync('rm', ['-rf', '--one-file-system', folder]),
  };
}

function writeProgram(path: string, command: readonly string[]): void {
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(path, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}

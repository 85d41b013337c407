import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectEngine, type Engine } from '@warmdock/core';
import { busyboxImage, useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import type { DaemonLauncher } from '../../src/builds/daemon/daemon.js';
import { dockerdLauncher } from '../../src/builds/daemon/dockerd.js';
import type { DockerdOptions } from '../../src/builds/daemon/dockerd-plan.js';
import type { Clone, GoldenStore, ImageStore } from '../../src/index.js';
import { dockerdOptions } from './dockerd-options.js';
import { newFolder } from './store-folder.js';

export function testDockerd(
  imageStore: ImageStore,
  options: Partial<DockerdOptions> = {},
): DaemonLauncher {
  return dockerdLauncher({ ...dockerdOptions(useTestbed().rootfs, imageStore), ...options });
}

/** `docker` for start-up scripts, as a shell function, and `load NAME`, which loads a runnable image. */
export async function scriptTools(): Promise<string> {
  const { clients, rootfs } = useTestbed();
  const archive = join(newFolder(), 'busybox.tar');
  await writeFile(archive, (await busyboxImage(rootfs, 'base:test')).archive);
  const docker = [...clients.prefix, clients.docker].map(quote).join(' ');
  return [
    'set -eu',
    `export DOCKER_CONFIG=${quote(clients.configDir)}`,
    `docker() { ${docker} "$@"; }`,
    `load() { docker load --quiet --input ${quote(archive)} >/dev/null; docker tag base:test "$1"; }`,
    '',
  ].join('\n');
}

const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** A daemon on a clone of the current golden, for as long as the test takes. */
export async function bootSession(
  store: GoldenStore,
  project: string,
  launch: DaemonLauncher,
): Promise<{ engine: Engine; clone: Clone; host: string }> {
  const session = 'looking';
  const clone = await store.clone({ project, session });
  const logPath = join(newFolder(), 'dockerd.log');
  const daemon = await launch(clone, { signal: new AbortController().signal, logPath });
  const engine = connectEngine(daemon.host);
  onTestFinished(async () => {
    engine.close();
    await daemon[Symbol.asyncDispose]();
    await store.release({ session });
  });
  return { engine, clone, host: daemon.host };
}

/** Processes and mounts on this machine that have to do with what is below a folder. */
export function usersOf(folder: string): string[] {
  const own = String(process.pid);
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== own)
    .flatMap((pid) =>
      ['cmdline', 'environ', 'mountinfo']
        .filter((file) => contentOf(`/proc/${pid}/${file}`).includes(folder))
        .map((file) => `${file} of ${pid}: ${contentOf(`/proc/${pid}/cmdline`)}`),
    );
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

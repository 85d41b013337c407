import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import type { GoldenStore } from '../store/golden-store.js';
import { openStore } from '../store/open-store.js';
import type { DaemonLauncher } from './daemon/daemon.js';

/** A new store with the strategy `copy`; removed when the test ends. */
export async function testStore(): Promise<GoldenStore> {
  const root = await mkdtemp(join(tmpdir(), 'warmdock-builds-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return openStore(root, { strategy: 'copy' });
}

export interface FakeDaemon {
  readonly launch: DaemonLauncher;
  /** What happened to the daemons, in order: `start`, `stop` and `dispose`. */
  readonly events: string[];
}

/** A daemon without images and containers; its routes go over those. */
export function fakeDaemon(routes: FakeEngineOptions['routes'] = {}): FakeDaemon {
  const events: string[] = [];
  const launch: DaemonLauncher = async () => {
    events.push('start');
    const fake = await startFakeEngine({
      routes: {
        ...routes,
        'GET /_ping': { headers: { 'api-version': '1.47' }, body: 'OK' },
        'GET /containers/json': { body: '[]' },
        'GET /images/json': { body: '[]' },
      },
    });
    return {
      host: fake.host,
      stop: async () => void events.push('stop'),
      async [Symbol.asyncDispose]() {
        events.push('dispose');
        await fake[Symbol.asyncDispose]();
      },
    };
  };
  return { launch, events };
}

/** What the golden of a project holds under this name; `undefined` when there is none. */
export async function inGolden(
  store: GoldenStore,
  project: string,
  name: string,
): Promise<string | undefined> {
  const path = join(store.root, 'projects', project, 'current', 'tree', 'docker', name);
  return readFile(path, 'utf8').catch(() => undefined);
}

/** A script that writes a line into its data root, so that goldens differ. */
export function appendingScript(line: string): { shell: string } {
  return { shell: `echo ${line} >>"$WARMDOCK_GOLDEN_DATA_ROOT/engine-id"` };
}

/** A script that waits until the test lets it go on. */
export async function gatedScript() {
  const directory = await mkdtemp(join(tmpdir(), 'warmdock-gate-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'open');
  const reached = join(directory, 'reached');
  return {
    shell: `: >${reached}; until [ -e ${path} ]; do sleep 0.02; done`,
    open: () => writeFile(path, ''),
    /** Whether the script has come to it. */
    isReached: () => existsSync(reached),
  };
}

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 50_000) {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${isSo}`);
    await delay(10);
  }
}

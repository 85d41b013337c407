import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ImageStore,
  pushTestImage,
  randomImage,
  startEngine,
  startRegistry,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { startFarRegistry } from '../integration/support/far-registry.js';
import { loadedImage } from '../integration/support/loaded-image.js';
import { temporaryFolder } from '../integration/support/project.js';
import { startWarmdock } from '../integration/support/warmdock.js';

const { registry } = useTestbed();
const stores: ImageStore[] = ['classic', 'containerd'];

/** The most memory that processes with the marker in their arguments have had, until `ended`. */
async function peakBytes(marker: string, ended: Promise<unknown>): Promise<number> {
  let isOver = false;
  void ended.finally(() => {
    isOver = true;
  });
  let peak = 0;
  while (!isOver) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      peak = Math.max(peak, peakOf(pid, marker));
    await delay(50);
  }
  return peak;
}

function peakOf(pid: string, marker: string): number {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker)) return 0;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // It has ended.
    return 0;
  }
}

describe('2 GB', () => {
  const name = `soak-${randomUUID()}:big`;
  const reference = async () =>
    pushTestImage(registry, await randomImage({ name, layers: 40, layerBytes: 50_000_000 }));

  test('are copied and pulled with less than 150 MB of memory', async () => {
    const from = await reference();
    await using other = await startRegistry();
    const to = `${other.address}/soak-${randomUUID()}:copied`;
    const copying = startWarmdock(['copy', from, to]).ended;
    expect(await peakBytes(to, copying)).toBeLessThan(150_000_000);
    expect(await copying).toMatchObject({ exitCode: 0 });
    for (const store of stores) {
      await using daemon = await startEngine({ store });
      const pulling = startWarmdock(['pull', to], { host: daemon.host }).ended;
      expect(await peakBytes(to, pulling)).toBeLessThan(150_000_000);
      expect(await pulling).toMatchObject({ exitCode: 0 });
    }
  });
});

describe.each(stores)('30 pulls at once into the %s store', (store) => {
  test('of ten images on one base, some killed: all come, and no file is left', async () => {
    const [seed, home] = [randomUUID(), temporaryFolder()];
    await using far = await startFarRegistry(registry, 4);
    await using daemon = await startEngine({ store });
    const references: string[] = [];
    for (let at = 0; at < 10; at++) {
      const name = `${seed}:v${at}`;
      const image = await randomImage({ name, seed, layers: 3 + (at % 3), layerBytes: 8_000_000 });
      const pushed = await pushTestImage(registry, image);
      references.push(pushed.replace(registry.address, far.address));
    }
    const pull = (at: number) =>
      startWarmdock(['pull', '--plain-http', references[at % 10] ?? ''], {
        host: daemon.host,
        env: { HOME: home },
      });
    const running = Array.from({ length: 30 }, (_, at) => pull(at));
    await delay(3_000);
    for (const each of running.filter((_, at) => at % 5 === 0)) each.kill('SIGKILL');
    const ended = await Promise.all(running.map(({ ended }) => ended));
    const failed = ended.filter(({ exitCode }) => exitCode !== 0 && exitCode !== 137);
    expect(failed).toEqual([]);
    for (const at of references.keys()) expect(await pull(at).ended).toMatchObject({ exitCode: 0 });
    for (const each of references) expect(await loadedImage(daemon.host, each)).toBeDefined();
    const downloads = join(home, '.cache/warmdock/downloads');
    expect(existsSync(downloads) ? readdirSync(downloads) : []).toEqual([]);
  });
});

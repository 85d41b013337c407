import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pushTestImage, randomImage, startEngine, useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { startFarRegistry } from './support/far-registry.js';
import { loadedImage } from './support/loaded-image.js';
import { temporaryFolder } from './support/project.js';
import { startWarmdock } from './support/warmdock.js';

const layerBytes = 12_000_000;

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a pull that ended by %s goes on where it was, in the next process',
  async (signal) => {
    const image = await randomImage({ name: `cli-${randomUUID()}:v1`, layers: 2, layerBytes });
    const pushed = await pushTestImage(useTestbed().registry, image);
    await using far = await startFarRegistry(useTestbed().registry, 16);
    await using daemon = await startEngine({ store: 'classic' });
    const reference = pushed.replace(useTestbed().registry.address, far.address);
    const home = temporaryFolder();
    const pull = () =>
      startWarmdock(['pull', '--plain-http', reference], {
        host: daemon.host,
        env: { HOME: home },
      });
    const downloads = join(home, '.cache/warmdock/downloads');
    const kept = () => (existsSync(downloads) ? readdirSync(downloads) : []);
    const first = pull();
    await expect.poll(() => kept().length, { timeout: 20_000 }).toBe(2);
    await delay(500);
    first.kill(signal);
    const { exitCode } = await first.ended;
    expect(exitCode).toBe(signal === 'SIGKILL' ? 137 : 130);
    expect(await loadedImage(daemon.host, reference)).toBeUndefined();
    expect(kept()).toHaveLength(2);
    const before = far.takeSentBytes();
    const second = await pull().ended;
    expect(second.exitCode, second.stderr).toBe(0);
    // Both together are the image, but for what was under way and for the ends that are asked for first.
    expect(before + far.takeSentBytes()).toBeLessThan(2 * layerBytes + 4_000_000);
    expect(kept()).toEqual([]);
    expect((await loadedImage(daemon.host, reference))?.id).toBe(image.configDigest);
  },
  60_000,
);

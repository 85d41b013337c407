import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pushTestImage, randomImage, smallDisk, useTestbed } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import { placeAmong } from '../../../src/pipeline/result/spool-place.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, temporaryFolder } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { everySetting } from '../../support/settings.js';

const layerBytes = 2_000_000;

/** A base image in the registry that no builder has pulled. */
async function newBase(layers: number) {
  const image = await randomImage({ name: `base-${randomUUID()}:v1`, layers, layerBytes });
  return { image, reference: await pushTestImage(useTestbed().registry, image) };
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

describe.each(everySetting())('layers that a builder has to send, %s', (_name, setting) => {
  it('pass through a disk that has room for few of them', async () => {
    const { image, reference } = await newBase(8);
    const { buildkit, engine, host } = openBuildHarness(setting);
    const disk = smallDisk('9m');
    const context = contextOf({ Dockerfile: `FROM ${reference}\nLABEL a=${randomUUID()}` });
    const plan = planBuild({ context, tags: [newTag()] });
    const env = { ...cleanEnv(), TMPDIR: disk };
    let mostBytes = 0;
    const told = {
      env,
      onProgress: () => {
        mostBytes = Math.max(mostBytes, bytesIn(disk));
      },
    };
    const result = await runBuild(plan, buildkit, { spoolSizeBytes: layerBytes }, told);
    onTestFinished(() => result[Symbol.asyncDispose]());
    const load = await loadImage(result, engine, { partSizeBytes: 3 * layerBytes }, told);
    onTestFinished(() => void engine.removeImage(load.imageId, { force: true }).catch(() => {}));
    expect(load).toMatchObject({ outcome: 'full', layersSent: 8 });
    expect((await inspect(host, load.imageId))?.RootFS.Layers).toEqual(image.diffIds);
    expect(mostBytes).toBeGreaterThan(layerBytes);
    expect(mostBytes).toBeLessThan(4 * layerBytes);
    await result[Symbol.asyncDispose]();
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe('the place of what a builder has to send', () => {
  it('is the first folder with room for it', async () => {
    const [small, large] = [smallDisk('1m'), smallDisk('20m')];
    expect(await placeAmong([small, large], 100_000)).toBe(small);
    expect(await placeAmong([small, large], 3_000_000)).toBe(large);
    expect(await placeAmong([`${large}/made/below`, small], 3_000_000)).toBe(`${large}/made/below`);
    expect(statSync(`${large}/made/below`).mode & 0o777).toBe(0o700);
  });

  it('is the roomiest when nobody knows how large it is', async () => {
    const [small, large] = [smallDisk('1m'), smallDisk('20m')];
    expect(await placeAmong([small, large], undefined)).toBe(large);
  });

  it('is in memory for little, or where there is no other', async () => {
    const [memory, disk] = [smallDisk('300m'), temporaryFolder()];
    expect(await placeAmong([memory, disk], 1_000_000)).toBe(memory);
    expect(await placeAmong([memory, disk], 100_000_000)).toBe(disk);
    expect(await placeAmong([memory, '/dev/null/none'], 100_000_000)).toBe(memory);
  });

  it('is none where no folder has room, which tells what each has', async () => {
    const small = smallDisk('1m');
    await expect(placeAmong([small, '/dev/null/none'], 5_000_000)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(
          `room for 5\\.0 MB .*: ${small} has 1\\.0 MB, /dev/null/none cannot be used \\(ENOTDIR\\)`,
        ),
      ),
      hint: expect.stringContaining('TMPDIR'),
    });
  });
});

import { randomUUID } from 'node:crypto';
import { pushTestImage, randomImage, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/progress.js';
import { openBuildHarness } from '../../support/build-harness.js';
import { contextOf } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { everySetting } from '../../support/settings.js';

function notices(progress: readonly Progress[]): string[] {
  return progress.flatMap((event) => (event.type === 'notice' ? event.message : []));
}

/** A base image in the registry that nobody has pulled. */
async function newBase() {
  const image = await randomImage({
    name: `base-${randomUUID()}:v1`,
    layers: 3,
    layerBytes: 50_000,
  });
  return { image, reference: await pushTestImage(useTestbed().registry, image) };
}

describe.each(everySetting())(
  'an image on a base that the builder never needed, %s',
  (_name, setting) => {
    it('is loaded whole, however the base is compressed', async () => {
      const { image, reference } = await newBase();
      const { build, host } = openBuildHarness(setting);
      const context = contextOf({ Dockerfile: `FROM ${reference}\nLABEL a=b` });
      const { load, progress } = await build({ context });
      expect(load).toMatchObject({ outcome: 'full', layersTotal: 3, layersSent: 3 });
      expect((await inspect(host, load.imageId))?.RootFS.Layers).toEqual(image.diffIds);
      const sentByBuilder = notices(progress).filter((text) => /letting the builder/.test(text));
      expect(sentByBuilder).toHaveLength(1);
    });

    it('is loaded with only the layers that the daemon lacks', async () => {
      const { image, reference } = await newBase();
      const { build, host } = openBuildHarness(setting);
      await build({ context: contextOf({ Dockerfile: `FROM ${reference}\nLABEL a=b` }) });
      const context = contextOf({
        Dockerfile: `FROM ${reference}\nCOPY note /note`,
        note: randomUUID(),
      });
      const { load } = await build({ context });
      expect(load).toMatchObject({ outcome: 'thin', layersTotal: 4, layersSent: 1 });
      expect((await inspect(host, load.imageId))?.RootFS.Layers.slice(0, 3)).toEqual(image.diffIds);
    });
  },
);

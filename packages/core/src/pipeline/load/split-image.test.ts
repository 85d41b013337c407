import { describe, expect, it } from 'vitest';
import { memorySource } from '../../content/testing/memory-source.js';
import { builtImage, putAttestation, putImage, putIndex } from '../image/image.testing.js';
import { readImage } from '../image/read-image.js';
import { placedLayers } from './placed-layer.js';
import { partsOf } from './split-image.js';

async function whole(...contents: string[]) {
  const { source, image } = builtImage(...contents);
  return readImage(source, image.root);
}

const names = ['a', 'b', 'c', 'd', 'e'];

describe('partsOf', () => {
  it('is the image itself when there is little to send', async () => {
    const image = await whole(...names);
    const layers = placedLayers(image, 'containerd');
    expect(partsOf(image, layers)).toEqual([{ image, layers }]);
    expect(partsOf(image, [])).toEqual([{ image, layers: [] }]);
  });

  it('sends each layer once, from the bottom up, and ends with the image itself', async () => {
    const image = await whole(...names);
    const layers = placedLayers(image, 'containerd');
    const [size = 0] = layers.map(({ descriptor }) => descriptor.size);
    const parts = partsOf(image, layers, 2 * size);
    expect(parts.map((part) => part.layers.length)).toEqual([2, 2, 1]);
    expect(parts.flatMap((part) => part.layers)).toEqual(layers);
    expect(parts.at(-1)?.image).toBe(image);
  });

  it('never ends with a part without layers', async () => {
    const image = await whole(...names);
    const layers = placedLayers(image, 'containerd');
    expect(partsOf(image, layers, 1).map((part) => part.layers.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('makes each part an image of all layers up to its highest, also those that are not sent', async () => {
    const image = await whole(...names);
    const [manifest] = image.manifests;
    const sent = placedLayers(image, 'containerd').filter((_, at) => at !== 0 && at !== 2);
    const [first, second] = partsOf(image, sent, 1);
    for (const [part, count] of [
      [first, 2],
      [second, 4],
    ] as const) {
      const [lower] = part?.image.manifests ?? [];
      expect(lower?.layers).toEqual(manifest?.layers.slice(0, count));
      expect(lower?.stack).toEqual(manifest?.stack?.slice(0, count));
      const config = JSON.parse(String(lower?.config.bytes));
      expect(config).toMatchObject({
        os: 'linux',
        rootfs: {
          type: 'layers',
          diff_ids: manifest?.stack?.slice(0, count).map(({ diffId }) => diffId),
        },
        config: { Labels: { 'dev.warmdock.part-of': image.root.descriptor.digest } },
      });
      expect(JSON.parse(String(part?.image.root.bytes))).toEqual({
        schemaVersion: 2,
        mediaType: image.root.descriptor.mediaType,
        config: lower?.config.descriptor,
        layers: lower?.layers,
      });
    }
  });

  it.each([
    ['containerd', 'once, with its lowest place', [1, 2, 4]],
    ['classic', 'with each part that has it', [1, 2, 3, 4]],
  ] as const)(
    'sends a layer that is in the image twice into the %s store %s',
    async (store, _, heights) => {
      const image = await whole('a', 'b', 'a', 'c');
      const parts = partsOf(image, placedLayers(image, store), 1);
      expect(parts.map((part) => part.image.manifests[0]?.layers.length)).toEqual(heights);
    },
  );

  it('leaves an index whole', async () => {
    const source = memorySource();
    const built = putImage(source, names);
    const root = putIndex(source, [built.root, putAttestation(source, built.root)]);
    const image = await readImage(source, root);
    expect(partsOf(image, placedLayers(image, 'containerd'), 1)).toEqual([
      { image, layers: placedLayers(image, 'containerd') },
    ]);
  });
});

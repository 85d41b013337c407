import { randomUUID } from 'node:crypto';
import {
  type ImageStore,
  loadTestImage,
  pushTestImage,
  randomImage,
  startEngine,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../../src/engine/engine.js';
import { pullImage } from '../../src/pipeline/pull/pull-image.js';
import { inspect } from '../support/daemon-images.js';

const { registry } = useTestbed();
const stores: ImageStore[] = ['classic', 'containerd'];
const context = { env: { HOME: '/nonexistent' } };

describe.each(stores)('an image of a registry, into the %s store', (store) => {
  it('comes whole where nothing is there, and is unchanged afterwards', async () => {
    const image = await randomImage({ name: `it-${randomUUID()}:v1`, layerBytes: 500_000 });
    const reference = await pushTestImage(registry, image);
    await using daemon = await startEngine({ store });
    await using engine = connectEngine(daemon.host);
    const first = await pullImage(reference, engine, {}, context);
    expect(first).toMatchObject({ outcome: 'full', layersSent: 3, tags: [reference] });
    const found = await inspect(daemon.host, reference);
    expect(found?.RootFS.Layers).toEqual(image.diffIds);
    expect(found?.Id).toBe(store === 'classic' ? image.configDigest : image.manifestDigest);
    const again = await pullImage(reference, engine, {}, context);
    expect(again).toMatchObject({ outcome: 'unchanged', layersSent: 0 });
  });

  it('brings only the layers that did not come by tar before', async () => {
    const [seed, name] = [randomUUID(), `it-${randomUUID()}`];
    const base = await randomImage({ name: `${name}:base`, seed, layers: 3, layerBytes: 400_000 });
    const grown = await randomImage({ name: `${name}:more`, seed, layers: 4, layerBytes: 400_000 });
    const reference = await pushTestImage(registry, grown);
    await using daemon = await startEngine({ store });
    await using engine = connectEngine(daemon.host);
    await loadTestImage(daemon, base);
    const pulled = await pullImage(reference, engine, { tags: ['mine:latest'] }, context);
    expect(pulled).toMatchObject({ outcome: 'thin', layersSent: 1, layersTotal: 4 });
    expect((await inspect(daemon.host, 'mine:latest'))?.RootFS.Layers).toEqual(grown.diffIds);
  });

  it('that is not there is NOT_FOUND, and leaves nothing', async () => {
    await using daemon = await startEngine({ store });
    await using engine = connectEngine(daemon.host);
    const name = `${registry.address}/it-${randomUUID()}:v1`;
    await expect(pullImage(name, engine, {}, context)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(name),
    });
    expect(await engine.listImages()).toEqual([]);
  });
});

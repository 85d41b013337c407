import { describe, expect, it } from 'vitest';
import { memorySource } from '../../content/testing/memory-source.js';
import { defaultPlatform } from '../../oci/platform.js';
import {
  builtImage,
  putAttestation,
  putImage,
  putIndex,
  resultOf,
  type StoredImage,
} from '../image/image.testing.js';
import { startDaemon, type TestDaemon } from '../load/daemon.testing.js';
import { observeEngine } from './observe-engine.js';
import { planLoad } from './plan-load.js';

const app = 'docker.io/library/app:latest';
const stores = ['classic', 'containerd'] as const;

/** Puts the image into the daemon as a load would have. */
function hold({ images, blobs, tags, engine }: TestDaemon, image: StoredImage, ...names: string[]) {
  return engine.info().then(({ store }) => {
    const id = store === 'classic' ? image.config.digest : image.root.digest;
    images.set(id, { diffIds: image.diffIds });
    for (const { digest } of image.layers) blobs.add(digest);
    for (const name of names) tags.set(name, id);
    return id;
  });
}

describe.each(stores)('a plan for the %s store', (store) => {
  it('is unchanged when the daemon has the image under its tag', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b');
    const imageId = await hold(daemon, image, app);
    expect(await planLoad(result, daemon.engine)).toEqual({
      outcome: 'unchanged',
      imageId,
      layersTotal: 2,
      reason: `the daemon has image ${imageId}`,
    });
  });

  it('is retag when the daemon has the image under another name, or under some of them', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b');
    const imageId = await hold(daemon, image, app);
    const more = { ...result, tags: [app, 'docker.io/library/app:2'] };
    expect(await planLoad(more, daemon.engine)).toMatchObject({
      outcome: 'retag',
      imageId,
      reason: `the daemon has image ${imageId}, but not as docker.io/library/app:2`,
    });
    daemon.tags.clear();
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'retag',
      layersTotal: 2,
    });
  });

  it('is unchanged without tags when the daemon has the image', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a');
    await hold(daemon, image);
    const plan = await planLoad({ ...result, tags: [] }, daemon.engine);
    expect(plan.outcome).toBe('unchanged');
  });

  it('is thin when some layers are there, and names the others', async () => {
    const daemon = await startDaemon(store);
    await hold(daemon, builtImage('a', 'b').image, app);
    const { image, result } = builtImage('a', 'c');
    const [, missing] = image.layers;
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'thin',
      layersTotal: 2,
      missing: [missing],
      sizeBytes: missing?.size,
      reason: expect.stringMatching(/lacks image sha256:\w+; .* 1 of 2 layers$/),
    });
  });

  it('is thin with nothing to send but documents when only the config changed', async () => {
    const daemon = await startDaemon(store);
    const { source, image, result } = builtImage('a');
    await hold(daemon, image, app);
    const other = putImage(source, ['a'], {
      platform: { ...defaultPlatform(), 'os.version': '1' },
    });
    const plan = await planLoad(
      resultOf(source, other.root, { configDigest: other.config.digest }),
      daemon.engine,
    );
    expect(plan).toMatchObject({ outcome: 'thin', missing: [], sizeBytes: 0 });
    expect(plan.imageId).not.toBe(result.digest);
  });

  it('is full when no layer is there', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b');
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'full',
      missing: image.layers,
      reason: expect.stringContaining('0 of 2 layers'),
    });
  });

  it('sends a layer that stands twice once', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b', 'b');
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'full',
      layersTotal: 2,
      missing: image.layers.slice(0, 2),
    });
  });

  it('asks the daemon nothing that was observed before', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a');
    await hold(daemon, image, app);
    const observed = await observeEngine(daemon.engine, result.tags);
    const silent = { ...daemon.engine, info: undefined, resolveImage: undefined } as never;
    expect(await planLoad(result, silent, { observed })).toMatchObject({ outcome: 'unchanged' });
  });

  it('looks through an index with provenance', async () => {
    const daemon = await startDaemon(store);
    const source = memorySource();
    const image = putImage(source, ['a', 'b']);
    const described = { ...image.root, platform: defaultPlatform() };
    const attested = () => putIndex(source, [described, putAttestation(source, image.root)]);
    await hold(daemon, image, app);
    const plan = await planLoad(resultOf(source, attested()), daemon.engine);
    if (store === 'classic') expect(plan).toMatchObject({ outcome: 'unchanged', layersTotal: 2 });
    else
      expect(plan).toMatchObject({
        outcome: 'thin',
        missing: [{ mediaType: expect.stringContaining('in-toto') }],
      });
  });
});

describe('a plan for the containerd store', () => {
  it('does not trust an untagged image whose layers are gone', async () => {
    const daemon = await startDaemon('containerd');
    const { image, result } = builtImage('a', 'b');
    await hold(daemon, image);
    daemon.blobs.delete(image.layers[0]?.digest ?? '');
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'thin',
      missing: image.layers.slice(0, 1),
    });
  });

  it('is full where the daemon does not tell its blobs, and says why', async () => {
    const daemon = await startDaemon('containerd', { blobsRefusal: 'no content service' });
    const { image, result } = builtImage('a', 'b');
    await hold(daemon, image);
    expect(await planLoad(result, daemon.engine)).toMatchObject({
      outcome: 'full',
      reason: expect.stringContaining('does not tell'),
    });
  });
});

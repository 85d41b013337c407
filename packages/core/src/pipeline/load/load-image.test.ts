import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hexOf } from '../../oci/digest.js';
import type { Progress } from '../../progress.js';
import { observeEngine } from '../compare/observe-engine.js';
import { builtImage } from '../image/image.testing.js';
import { changedImage, layersIn, refusal, startDaemon, type TestDaemon } from './daemon.testing.js';
import { loadImage } from './load-image.js';

const app = 'docker.io/library/app:latest';
const stores = ['classic', 'containerd'] as const;

/** Records the order of what changes the daemon. */
function recorded({ engine }: TestDaemon) {
  const calls: string[] = [];
  const loadImages: typeof engine.loadImages = (archive, options) => {
    calls.push('load');
    return engine.loadImages(archive, options);
  };
  const tagImage: typeof engine.tagImage = (id, reference, options) => {
    calls.push('tag');
    return engine.tagImage(id, reference, options);
  };
  return { calls, engine: { ...engine, loadImages, tagImage } };
}

describe.each(stores)('a load into the %s store', (store) => {
  it('sends the missing layer and moves the tag, and says what it did', async () => {
    const { daemon, result, source, image, oldId, progress, onProgress } =
      await changedImage(store);
    const load = await loadImage({ ...result, content: source }, daemon.engine, {}, { onProgress });
    const [, missing] = image.layers;
    expect(daemon.loads.map(layersIn)).toEqual([[missing?.digest]]);
    expect(daemon.tags.get(app)).toBe(load.imageId);
    expect(load.imageId).not.toBe(oldId);
    const documents = image.root.size + image.config.size;
    expect(load).toMatchObject({
      outcome: 'thin',
      tags: [app],
      layersTotal: 2,
      layersSent: 1,
      bytesSent: (missing?.size ?? 0) + documents,
      timingsMs: { connect: 1, solve: 2 },
    });
    expect(progress[0]).toMatchObject({ type: 'compare', plan: { outcome: 'thin' } });
    const totalBytes = missing?.size;
    expect(progress.at(-1)).toEqual({
      type: 'load',
      sentBytes: totalBytes,
      totalBytes,
      layer: missing,
      layerBytes: totalBytes,
    });
  });

  it('sends many bytes in parts, and removes the partial images', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b', 'c');
    const load = await loadImage(result, daemon.engine, { partSizeBytes: 1 });
    expect(daemon.loads.map(layersIn)).toEqual(image.layers.map(({ digest }) => [digest]));
    expect([...daemon.images.keys()]).toEqual([load.imageId]);
    expect(load).toMatchObject({ outcome: 'full', layersSent: 3 });
    expect(daemon.tags.get(app)).toBe(load.imageId);
  });

  it('sends what is missing then in one archive when a part is refused', async () => {
    const daemon = await startDaemon(store);
    const { image, result } = builtImage('a', 'b', 'c');
    daemon.onLoad = (_, count) => {
      if (count === 2) throw refusal();
    };
    const notices: Progress[] = [];
    const load = await loadImage(
      result,
      daemon.engine,
      { partSizeBytes: 1 },
      { onProgress: (event) => event.type === 'notice' && notices.push(event) },
    );
    expect(notices).toHaveLength(1);
    // The classic store drops a layer with the last image that has it.
    const held = store === 'classic' ? 0 : 1;
    expect(layersIn(daemon.loads.at(-1) as never)).toEqual(
      image.layers.slice(held).map(({ digest }) => digest),
    );
    expect([...daemon.images.keys()]).toEqual([load.imageId]);
  });

  it('tells of a partial image that stays behind', async () => {
    const daemon = await startDaemon(store);
    const notices: Progress[] = [];
    const engine = { ...daemon.engine, removeImage: () => Promise.reject(refusal()) };
    const load = await loadImage(
      builtImage('a', 'b').result,
      engine,
      { partSizeBytes: 1 },
      { onProgress: (event) => event.type === 'notice' && notices.push(event) },
    );
    expect(load.outcome).toBe('full');
    expect(notices).toEqual([
      { type: 'notice', message: expect.stringContaining('docker image prune') },
    ]);
  });

  it('moves tags only when the image is there', async () => {
    const { daemon, result } = await changedImage(store);
    const { calls, engine } = recorded(daemon);
    await loadImage({ ...result, tags: [app, 'docker.io/library/app:2'] }, engine);
    expect(calls).toEqual(['load', 'tag', 'tag']);
  });

  it('sends nothing for an image that is there', async () => {
    const { daemon, result, onProgress, progress } = await changedImage(store);
    const { imageId } = await loadImage(result, daemon.engine);
    daemon.loads.length = 0;
    expect(await loadImage(result, daemon.engine, {}, { onProgress })).toMatchObject({
      outcome: 'unchanged',
      imageId,
      layersSent: 0,
      bytesSent: 0,
    });
    expect(daemon.loads).toEqual([]);
    expect(progress.map(({ type }) => type)).toEqual(['compare']);
  });

  it('sets the tag again when it was seen long before', async () => {
    const { daemon, result } = await changedImage(store);
    await loadImage(result, daemon.engine);
    const seen = await observeEngine(daemon.engine, result.tags);
    const { calls, engine } = recorded(daemon);
    await loadImage(result, engine, { observed: seen });
    await loadImage(result, engine, { observed: { ...seen, atMs: seen.atMs - 5_000 } });
    expect(calls).toEqual(['tag']);
  });

  it('without tags checks that the image is there', async () => {
    const daemon = await startDaemon(store);
    const { result } = builtImage('a');
    const untagged = { ...result, tags: [] };
    expect(await loadImage(untagged, daemon.engine)).toMatchObject({ outcome: 'full', tags: [] });
    daemon.images.clear();
    daemon.blobs.clear();
    const forgetful = { ...daemon.engine, inspectImage: async () => undefined };
    await expect(loadImage(untagged, forgetful)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
  });
});

describe('layers on their way', () => {
  it.each([
    ['classic', 'on this machine', true],
    ['classic', 'elsewhere', false],
    ['containerd', 'on this machine', false],
  ] as const)('to the %s store %s are inflated: %s', async (store, place, inflated) => {
    const daemon = await startDaemon(store, { isElsewhere: place === 'elsewhere' });
    const { result, image } = builtImage('a');
    await loadImage(result, daemon.engine);
    const [layer] = image.layers;
    const sent = daemon.loads[0]?.get(`blobs/sha256/${layer && hexOf(layer.digest)}`);
    expect(String(inflated ? sent : sent && gunzipSync(sent))).toBe('a');
  });
});

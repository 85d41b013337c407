import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WarmdockError } from '../errors.js';
import { hexOf } from '../oci/digest.js';
import { layersIn, refusal, startDaemon, type TestDaemon } from './daemon.testing.js';
import { builtImage } from './image.testing.js';
import { loadImage } from './load-image.js';
import { observeEngine } from './observe-engine.js';
import type { Progress } from './progress.js';

const app = 'docker.io/library/app:latest';
const stores = ['classic', 'containerd'] as const;

/** The image of layers `a` and `b` under its tag, and the result of a build that changed `b` to `c`. */
async function changedImage(store: (typeof stores)[number], options = {}) {
  const daemon = await startDaemon(store, options);
  const old = builtImage('a', 'b');
  const { imageId: oldId } = await loadImage(old.result, daemon.engine);
  daemon.loads.length = 0;
  const progress: Progress[] = [];
  const onProgress = (event: Progress) => void progress.push(event);
  return { daemon, oldId, ...builtImage('a', 'c'), progress, onProgress };
}

function notices(progress: readonly Progress[]): string[] {
  return progress.flatMap((event) => (event.type === 'notice' ? event.message : []));
}

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
    const load = await loadImage({ ...result, content: source }, daemon.engine, { onProgress });
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
    expect(progress.at(-1)).toMatchObject({ type: 'load', totalBytes: missing?.size });
  });

  it('moves tags only when the image is there', async () => {
    const { daemon, result } = await changedImage(store);
    const { calls, engine } = recorded(daemon);
    await loadImage({ ...result, tags: [app, 'docker.io/library/app:2'] }, engine);
    expect(calls).toEqual(['load', 'tag', 'tag']);
  });

  it('sends everything once when the daemon refuses some layers, with a notice', async () => {
    const { daemon, result, image, progress, onProgress } = await changedImage(store);
    daemon.onLoad = (_, nth) => {
      if (nth === 1) throw refusal();
    };
    const load = await loadImage(result, daemon.engine, { onProgress });
    expect(daemon.loads.map(layersIn)[1]).toEqual(image.layers.map(({ digest }) => digest));
    expect(load).toMatchObject({ outcome: 'thin', layersSent: 2 });
    expect(notices(progress)).toEqual([
      expect.stringMatching(/1 of 2 layers failed \(.*no such file\); sending all layers/),
    ]);
  });

  it('that is refused twice is LOAD_FAILED, and the tag stays', async () => {
    const { daemon, result, oldId } = await changedImage(store);
    daemon.onLoad = () => {
      throw refusal();
    };
    await expect(loadImage(result, daemon.engine)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    expect(daemon.loads).toHaveLength(2);
    expect(daemon.tags.get(app)).toBe(oldId);
  });

  it.each(['UNAVAILABLE', 'TIMEOUT', 'CANCELLED'] as const)(
    'that ends with %s is not tried again, and the tag stays',
    async (code) => {
      const { daemon, result, oldId } = await changedImage(store);
      daemon.onLoad = () => {
        throw new WarmdockError(code, 'away');
      };
      await expect(loadImage(result, daemon.engine)).rejects.toMatchObject({ code });
      expect(daemon.loads).toHaveLength(1);
      expect(daemon.tags.get(app)).toBe(oldId);
    },
  );

  it('of a damaged layer is DIGEST_MISMATCH, is not tried again, and the tag stays', async () => {
    const { daemon, result, source, image, oldId } = await changedImage(store);
    const [, layer] = image.layers;
    if (layer) source.corrupt(layer, Buffer.alloc(layer.size, 1));
    await expect(loadImage(result, daemon.engine)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(daemon.loads).toHaveLength(0);
    expect(daemon.tags.get(app)).toBe(oldId);
  });

  it('of an image that vanishes before it is tagged is LOAD_FAILED, with a hint', async () => {
    const { daemon, result, oldId } = await changedImage(store);
    const engine = { ...daemon.engine, tagImage: async () => false };
    await expect(loadImage(result, engine)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining(`cannot tag ${app}`),
      hint: expect.stringContaining('build again'),
    });
    expect(daemon.tags.get(app)).toBe(oldId);
  });

  it('sends nothing for an image that is there', async () => {
    const { daemon, result, onProgress, progress } = await changedImage(store);
    const { imageId } = await loadImage(result, daemon.engine);
    daemon.loads.length = 0;
    expect(await loadImage(result, daemon.engine, { onProgress })).toMatchObject({
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
    ['classic', 'unix:///run/docker.sock', true],
    ['classic', 'tcp://far:2375', false],
    ['containerd', 'unix:///run/docker.sock', false],
  ] as const)('to the %s store at %s are inflated: %s', async (store, host, inflated) => {
    const daemon = await startDaemon(store, { host });
    const { result, image } = builtImage('a');
    await loadImage(result, daemon.engine);
    const [layer] = image.layers;
    const sent = daemon.loads[0]?.get(`blobs/sha256/${layer && hexOf(layer.digest)}`);
    expect(String(inflated ? sent : sent && gunzipSync(sent))).toBe('a');
  });

  it('that were inflated go as they are when the daemon refuses', async () => {
    const daemon = await startDaemon('classic');
    const { result, image } = builtImage('a');
    daemon.onLoad = (_, nth) => {
      if (nth === 1) throw refusal();
    };
    await loadImage(result, daemon.engine);
    const path = `blobs/sha256/${image.layers[0] && hexOf(image.layers[0].digest)}`;
    const sent = daemon.loads.map((files) => String(files.get(path)).startsWith('a'));
    expect(sent).toEqual([true, false]);
  });

  it('that all went as they are are not sent again', async () => {
    const daemon = await startDaemon('containerd');
    daemon.onLoad = () => {
      throw refusal();
    };
    await expect(loadImage(builtImage('a').result, daemon.engine)).rejects.toThrow('no such file');
    expect(daemon.loads).toHaveLength(1);
  });
});

describe('a containerd store', () => {
  it('that lacks a layer after the load gets all of them', async () => {
    const { daemon, result, image, progress, onProgress } = await changedImage('containerd');
    daemon.onLoad = (_, nth) => {
      if (nth === 1) daemon.blobs.delete(image.layers[0]?.digest ?? '');
    };
    expect(await loadImage(result, daemon.engine, { onProgress })).toMatchObject({ layersSent: 2 });
    expect(notices(progress)).toEqual([expect.stringContaining(image.layers[0]?.digest ?? '?')]);
  });

  it.each(['no content service', 'no way there'] as const)(
    'with %s to its blobs gets all layers, and is believed',
    async (blobsRefusal) => {
      const daemon = await startDaemon('containerd', { blobsRefusal });
      const { result } = builtImage('a', 'b');
      expect(await loadImage(result, daemon.engine)).toMatchObject({
        outcome: 'full',
        layersSent: 2,
      });
      expect(daemon.tags.has(app)).toBe(true);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { WarmdockError } from '../../errors.js';
import { digestOf, hexOf } from '../../oci/digest.js';
import type { Progress } from '../../progress.js';
import { builtImage } from '../image/image.testing.js';
import { changedImage, type Files, layersIn, refusal, startDaemon } from './daemon.testing.js';
import { loadImage } from './load-image.js';

const app = 'docker.io/library/app:latest';

function notices(progress: readonly Progress[]): string[] {
  return progress.flatMap((event) => (event.type === 'notice' ? event.message : []));
}

describe.each(['classic', 'containerd'] as const)('a load into the %s store', (store) => {
  it('sends what is missing again, then everything, when the daemon refuses, each with a notice', async () => {
    const { daemon, result, image, progress, onProgress } = await changedImage(store);
    daemon.onLoad = (_, nth) => {
      if (nth <= 2) throw refusal();
    };
    const load = await loadImage(result, daemon.engine, {}, { onProgress });
    const [low, high] = image.layers.map(({ digest }) => digest);
    expect(daemon.loads.map(layersIn)).toEqual([[high], [high], [low, high]]);
    expect(load).toMatchObject({ outcome: 'full', layersSent: 2 });
    expect(load.reason).toContain('refused less than all layers');
    expect(notices(progress)).toEqual([
      expect.stringMatching(/1 of 2 layers failed \(.*no such file\); sending what is missing/),
      expect.stringMatching(/1 of 2 layers failed \(.*no such file\); sending all layers/),
    ]);
  });

  it('that is refused each time is LOAD_FAILED, and the tag stays', async () => {
    const { daemon, result, oldId } = await changedImage(store);
    daemon.onLoad = () => {
      throw refusal();
    };
    await expect(loadImage(result, daemon.engine)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    expect(daemon.loads).toHaveLength(3);
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
});

describe('layers', () => {
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

  it('that all went as they are are sent once more, for a daemon that raced with itself', async () => {
    const daemon = await startDaemon('containerd');
    daemon.onLoad = () => {
      throw refusal();
    };
    await expect(loadImage(builtImage('a').result, daemon.engine)).rejects.toThrow('no such file');
    expect(daemon.loads).toHaveLength(2);
  });
});

describe('a containerd store', () => {
  it('that lacks a layer after the load gets it', async () => {
    const { daemon, result, image, progress, onProgress } = await changedImage('containerd');
    daemon.onLoad = (_, nth) => {
      if (nth === 1) daemon.blobs.delete(image.layers[0]?.digest ?? '');
    };
    expect(await loadImage(result, daemon.engine, {}, { onProgress })).toMatchObject({
      layersSent: 1,
    });
    expect(daemon.blobs.has(image.layers[0]?.digest ?? '')).toBe(true);
    expect(notices(progress)).toEqual([expect.stringContaining(image.layers[0]?.digest ?? '?')]);
  });

  it.each(['no content service', 'no way there', 400, 500, 502] as const)(
    'that answers with %s when asked for its blobs gets all layers, and is believed',
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

describe('what another load left of its index', () => {
  const sizeOfIndex = (files: Files) => files.get('index.json')?.length ?? 0;
  const saying = (message: string) => new WarmdockError('LOAD_FAILED', message);

  it.each([
    ['and refuses ours', () => 'failed to ingest "index.json": unexpected commit size 300'],
    [
      'and took for ours',
      (files: Files) => `${digestOf(files.get('index.json') ?? '')}: not found`,
    ],
  ])('in a daemon that keeps it %s is replaced by a longer one, with a notice', async (_, say) => {
    const { daemon, result, image, progress, onProgress } = await changedImage('containerd');
    daemon.onLoad = (files, nth) => {
      if (nth === 1) throw saying(say(files));
    };
    const load = await loadImage(result, daemon.engine, {}, { onProgress });
    expect(load).toMatchObject({ outcome: 'thin', layersSent: 1 });
    expect(daemon.loads.map(layersIn)).toEqual(daemon.loads.map(() => [image.layers[1]?.digest]));
    expect(daemon.loads.map((files) => sizeOfIndex(files) > 1_000_000)).toEqual([false, true]);
    expect(notices(progress)).toEqual([expect.stringContaining('a load that broke off')]);
  });

  it('is replaced once: what is refused then has another cause', async () => {
    const { daemon, result, oldId } = await changedImage('containerd');
    daemon.onLoad = () => {
      throw saying('failed to ingest "index.json": no space left');
    };
    await expect(loadImage(result, daemon.engine)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    expect(daemon.loads).toHaveLength(4);
    expect(daemon.tags.get(app)).toBe(oldId);
  });
});

describe('a load that ends early', () => {
  /** How long an engine that takes everything is let to take it, by a load that is stopped when it begins. */
  async function timeGiven(why: 'it is cancelled' | 'a layer is damaged') {
    const daemon = await startDaemon('containerd');
    const { source, image, result } = builtImage('a');
    const stop = new AbortController();
    const [layer] = image.layers;
    if (why === 'a layer is damaged' && layer) source.corrupt(layer, Buffer.alloc(layer.size));
    let given = 0;
    const loadImages: typeof daemon.engine.loadImages = async (archive, { signal: late } = {}) => {
      const begun = performance.now();
      const end = () => {
        given = performance.now() - begun;
      };
      late?.addEventListener('abort', end);
      if (why === 'it is cancelled') stop.abort();
      try {
        for await (const _ of archive);
        await new Promise((_, reject) => late?.addEventListener('abort', reject));
      } finally {
        end();
      }
      return { loaded: [] };
    };
    const engine = { ...daemon.engine, loadImages };
    await expect(loadImage(result, engine, {}, { signal: stop.signal })).rejects.toBeDefined();
    return given;
  }

  it.each(['it is cancelled', 'a layer is damaged'] as const)(
    'because %s lets the daemon take in the index',
    async (why) => {
      expect(await timeGiven(why)).toBeGreaterThan(400);
    },
  );
});

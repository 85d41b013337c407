import { describe, expect, it } from 'vitest';
import { WarmdockError } from '../errors.js';
import { hexOf } from '../oci/digest.js';
import { changedImage, layersIn, refusal, startDaemon } from './daemon.testing.js';
import { builtImage } from './image.testing.js';
import { loadImage } from './load-image.js';
import type { Progress } from './progress.js';

const app = 'docker.io/library/app:latest';

function notices(progress: readonly Progress[]): string[] {
  return progress.flatMap((event) => (event.type === 'notice' ? event.message : []));
}

describe.each(['classic', 'containerd'] as const)('a load into the %s store', (store) => {
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

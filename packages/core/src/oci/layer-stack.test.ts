import { describe, expect, it } from 'vitest';
import { chainIdsOf } from './chain-id.js';
import { digestOf } from './digest.js';
import { layerStackOf } from './layer-stack.js';
import { MediaType } from './media-types.js';

const descriptor = { mediaType: MediaType.ociLayer, digest: digestOf('blob'), size: 4 };

describe('chainIdsOf', () => {
  it('starts with the lowest diffID and hashes each next one onto it', () => {
    const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];
    const ab = digestOf(`${a} ${b}`);
    expect(chainIdsOf([a, b, c])).toEqual([a, ab, digestOf(`${ab} ${c}`)]);
  });

  it('of no layers is empty', () => {
    expect(chainIdsOf([])).toEqual([]);
  });
});

describe('layerStackOf', () => {
  it('pairs blobs with diffIDs and chainIDs', () => {
    const diffIds = [digestOf('a'), digestOf('b')];
    const layers = layerStackOf({ layers: [descriptor, descriptor] }, { diffIds });
    expect(layers.map(({ diffId }) => diffId)).toEqual(diffIds);
    expect(layers.map(({ chainId }) => chainId)).toEqual(chainIdsOf(diffIds));
  });

  it('refuses a manifest and a config that count differently', () => {
    expect(() => layerStackOf({ layers: [descriptor] }, { diffIds: [] })).toThrow(
      expect.objectContaining({ code: 'PROTOCOL' }),
    );
  });
});

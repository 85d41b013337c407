import { describe, expect, it } from 'vitest';
import type { ImageInspect } from '../../engine/answers/image-answers.js';
import type { Engine } from '../../engine/engine.js';
import { digestOf } from '../../oci/digest.js';
import { type Layer, layerStackOf } from '../../oci/layer-stack.js';
import { missingFromClassicStore, missingFromContainerdStore } from './missing-layers.js';

const diff = (name: string) => digestOf(`diff ${name}`);
const layer = (name: string) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: digestOf(name),
  size: 10,
});

function stack(names: string[]): Layer[] {
  return layerStackOf({ layers: names.map(layer) }, { diffIds: names.map(diff) });
}

function held(name: string, layers: string[]): ImageInspect {
  return {
    id: digestOf(name),
    tags: [`${name}:latest`],
    diffIds: layers.map(diff),
  } as unknown as ImageInspect;
}

/** A daemon that holds these images, the newest first, and counts what it is asked. */
function engineWith(images: ImageInspect[]): { engine: Engine; asked: string[] } {
  const asked: string[] = [];
  const engine = {
    listImages: async () =>
      images.map(({ id, tags }, at) => ({ id, tags, createdUnix: images.length - at })),
    inspectImage: async (id: string) => {
      asked.push(id);
      return images.find((candidate) => candidate.id === id);
    },
  };
  return { engine: engine as unknown as Engine, asked };
}

describe('missingFromClassicStore', () => {
  it.each([
    [
      'all that lie above the first difference',
      ['a', 'b', 'c', 'd'],
      ['a', 'x', 'c', 'd'],
      ['b', 'c', 'd'],
    ],
    ['the new top', ['a', 'b', 'c'], ['a', 'b'], ['c']],
    ['nothing for a longer image of the same stack', ['a', 'b'], ['a', 'b', 'c'], []],
    ['everything when the lowest layer differs', ['a', 'b'], ['x', 'a', 'b'], ['a', 'b']],
  ])('misses %s', async (_rule, wanted, present, missing) => {
    const { engine } = engineWith([]);
    const presence = await missingFromClassicStore(
      engine,
      stack(wanted),
      [held('app', present)],
      {},
    );
    expect(presence.missing).toEqual(missing.map(layer));
  });

  it('asks for no other image when the tagged one shares everything', async () => {
    const tagged = held('app', ['a', 'b']);
    const { engine, asked } = engineWith([tagged, held('other', ['a'])]);
    await missingFromClassicStore(engine, stack(['a', 'b']), [tagged], {});
    expect(asked).toEqual([]);
  });

  it('finds what images under other names share', async () => {
    const { engine } = engineWith([
      held('near', ['a']),
      held('best', ['a', 'b']),
      held('far', ['x']),
    ]);
    const presence = await missingFromClassicStore(engine, stack(['a', 'b', 'c']), [], {});
    expect(presence).toEqual({ missing: [layer('c')], evidence: 'its images share 2 of 3 layers' });
  });

  it('says so when no image shares a layer', async () => {
    const { engine } = engineWith([held('far', ['x'])]);
    const presence = await missingFromClassicStore(engine, stack(['a']), [], {});
    expect(presence).toEqual({ missing: [layer('a')], evidence: 'its images share 0 of 1 layers' });
  });
});

describe('missingFromContainerdStore', () => {
  it('misses exactly the layers whose blobs are absent, wherever they stand', () => {
    const layers = ['a', 'b', 'c'].map(layer);
    const { missing } = missingFromContainerdStore(
      layers,
      new Set([layer('a').digest, layer('c').digest]),
    );
    expect(missing).toEqual([layer('b')]);
  });
});

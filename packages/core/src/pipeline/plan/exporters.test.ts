import { describe, expect, it } from 'vitest';
import type { BuildOptions } from './build-plan.js';
import { plannedExports } from './exporters.js';
import { planBuild } from './plan-build.js';

const image = { 'oci-mediatypes': 'true', compression: 'gzip' };
const name = 'docker.io/library/app:latest';

function exportersOf(options: Partial<BuildOptions>, inEngine = false) {
  const plan = planBuild({ cwd: '/', context: '.', tags: ['app'], ...options });
  return plannedExports(plan, inEngine).map(({ exporter }) => exporter);
}

const annotations = [{ key: 'k', value: 'v' }];
const load = { type: 'load', attrs: {} } as const;

describe('the exporters of a plan', () => {
  it('name and push the image, which is also the one that is loaded', () => {
    expect(exportersOf({ push: true, load: true, annotations })).toEqual([
      {
        type: 'image',
        attrs: { ...image, 'annotation.k': 'v', unpack: 'false', name, push: 'true' },
      },
    ]);
  });

  it('make an image of its own for a load with attributes, last', () => {
    const outputs = [{ type: 'load', attrs: { compression: 'zstd' } }] as const;
    expect(exportersOf({ push: true, outputs }).map(({ attrs }) => attrs)).toEqual([
      { ...image, unpack: 'false', name, push: 'true' },
      { ...image, compression: 'zstd' },
    ]);
  });

  it('pass on the attributes of an output, which win over ours', () => {
    const attrs = {
      compression: 'estargz',
      'oci-mediatypes': 'false',
      'force-compression': 'true',
    };
    expect(exportersOf({ outputs: [{ type: 'oci', tar: true, dest: '-', attrs }] })).toEqual([
      { type: 'oci', attrs: { ...attrs, name } },
    ]);
  });

  it("leave docker's archive its own media types, and files without attributes of images", () => {
    const outputs = [
      { type: 'docker', tar: false, dest: 'd', attrs: {} },
      { type: 'local', dest: 'l', attrs: { 'platform-split': 'false' } },
    ] as const;
    expect(exportersOf({ outputs, annotations })).toEqual([
      { type: 'docker', attrs: { 'annotation.k': 'v', name, tar: 'false' } },
      { type: 'local', attrs: { 'platform-split': 'false' } },
    ]);
  });

  it('keep an image in the daemon that builds it', () => {
    expect(exportersOf({ outputs: [load] }, true)).toEqual([{ type: 'moby', attrs: { name } }]);
    expect(exportersOf({ push: true }, true)).toEqual([
      { type: 'moby', attrs: { unpack: 'false', name, push: 'true' } },
    ]);
  });

  it('are none for the cache alone', () => {
    expect(exportersOf({ load: false })).toEqual([]);
  });
});

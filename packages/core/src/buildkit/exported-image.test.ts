import { describe, expect, it } from 'vitest';
import { digestOf } from '../oci/digest.js';
import { ExportedImages } from './exported-image.js';
import { vertex } from './solve.testing.js';

const digest = digestOf('manifest');
const configDigest = digestOf('config');
const then = { seconds: 1, nanos: 0 };

type News = Parameters<ExportedImages['add']>[0];

function status(id: string, { step = 'export', isDone = true } = {}): News['statuses'][number] {
  const times = { timestamp: undefined, started: then, completed: isDone ? then : undefined };
  return { id, vertex: step, name: '', current: 0, total: 0, ...times };
}

const manifest = status(`exporting manifest ${digest}`);
const config = status(`exporting config ${configDigest}`);
const done = vertex('export', { completed: then });

function only(statuses: News['statuses'], vertexes: News['vertexes'] = [done]) {
  const images = new ExportedImages();
  // Not at once, as BuildKit does not either.
  images.add({ vertexes: [], statuses, logs: [], warnings: [] });
  images.add({ vertexes, statuses: [], logs: [], warnings: [] });
  return images.only;
}

describe('the only image of an export', () => {
  it.each([
    ['manifest first', [manifest, config]],
    ['config first', [config, manifest]],
    ['among other news', [status('exporting layers'), manifest, config, status('naming to x')]],
  ])('is known by manifest and config, %s', (_rule, statuses) => {
    expect(only(statuses)).toEqual({ digest, configDigest });
  });

  it.each([
    ['nothing was told', []],
    ['the config is missing', [manifest]],
    ['the manifest is missing', [config]],
    ['there are two', [manifest, config, status(`exporting manifest ${digestOf('2')}`)]],
    ['it is told twice', [manifest, config, config, manifest]],
    ['an index is made of it', [manifest, config, status(`exporting manifest list ${digest}`)]],
    ['it has attestations', [manifest, config, status(`exporting attestation manifest ${digest}`)]],
    ['its manifest is not complete', [status(manifest.id, { isDone: false }), config]],
    ['manifest and config belong to two exports', [manifest, { ...config, vertex: 'other' }]],
    ['it is no digest', [status('exporting manifest sha256:12'), config]],
  ])('is not known when %s', (_rule, statuses) => {
    expect(only(statuses)).toBeUndefined();
  });

  it.each([
    ['is not over', [vertex('export')]],
    ['failed', [vertex('export', { completed: then, error: 'no space' })]],
    ['is another step', [vertex('other', { completed: then })]],
  ])('is not known when the export %s', (_rule, vertexes) => {
    expect(only([manifest, config], vertexes)).toBeUndefined();
  });
});

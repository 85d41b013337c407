import type { LoadResult } from '@warmdock/core';
import type { VertexWarning } from '@warmdock/core/buildkit';
import type { Digest } from '@warmdock/core/oci';
import { describe, expect, test } from 'vitest';
import { buildOutcome, imageId, loadResult } from '../testing/outcome.js';
import type { RemoteBuilder } from './choose-build.js';
import { dockerResultFormat, provenanceMode } from './docker-result-format.js';

const builder: RemoteBuilder = {
  kind: 'address',
  name: 'far',
  node: 'far0',
  address: { kind: 'tcp', host: 'h', port: 1 },
  driver: 'remote',
  loadsByDefault: false,
};

const warning: VertexWarning = {
  vertex: 'sha256:1',
  level: 1,
  short: Buffer.from('short'),
  detail: [],
  url: '',
  info: { filename: 'Dockerfile', data: Buffer.from('data'), language: '' },
  ranges: [{ start: { line: 3, character: 0 }, end: undefined }],
};

interface Given {
  readonly env?: NodeJS.ProcessEnv;
  readonly platforms?: readonly string[];
  readonly warnings?: readonly VertexWarning[];
}

function metadata({ env = {}, platforms = [], warnings = [] }: Given = {}) {
  const whole = { builder: {}, buildConfig: {}, metadata: {} };
  const provenance = Promise.resolve(new Map(platforms.map((platform) => [platform, whole])));
  const outcome = { ...buildOutcome({ ref: 'r' }), provenance };
  return dockerResultFormat(builder, env).metadataOf({ outcome, warnings, totalMs: 1 }, { a: 'b' });
}

const always = {
  a: 'b',
  'buildx.build.ref': 'far/far0/r',
  'image.name': 'docker.io/library/app:latest',
};

describe('the metadata', () => {
  test('name the solve, and say nothing of the load', async () => {
    expect(await metadata()).toEqual(always);
  });

  test.each<[mode: string | undefined, expected: object]>([
    [undefined, { builder: {} }],
    ['min', { builder: {} }],
    ['max', { builder: {}, buildConfig: {}, metadata: {} }],
  ])('have the provenance, with the mode %s: %j', async (mode, expected) => {
    const env = { BUILDX_METADATA_PROVENANCE: mode };
    const given = await metadata({ env, platforms: [''] });
    expect(given).toEqual({ ...always, 'buildx.build.provenance': expected });
  });

  test('have none for single platforms, as buildx finds none when it loads several', async () => {
    const given = await metadata({ platforms: ['linux/amd64', 'linux/arm64'] });
    expect(given).toEqual({
      ...always,
    });
  });

  test('have the warnings if asked to, without what is empty', async () => {
    const given = await metadata({
      env: { BUILDX_METADATA_WARNINGS: 'true' },
      warnings: [warning],
    });
    expect(given['buildx.build.warnings']).toEqual([
      {
        vertex: 'sha256:1',
        level: 1,
        short: 'c2hvcnQ=',
        sourceInfo: { filename: 'Dockerfile', data: 'ZGF0YQ==' },
        range: [{ start: { line: 3 } }],
      },
    ]);
  });

  test.each<[string | undefined, VertexWarning[]]>([
    [undefined, [warning]],
    ['0', [warning]],
    ['maybe', [warning]],
    ['1', []],
  ])(
    'have none with BUILDX_METADATA_WARNINGS=%s and %j',
    async (BUILDX_METADATA_WARNINGS, warnings) => {
      expect(await metadata({ env: { BUILDX_METADATA_WARNINGS }, warnings })).toEqual(always);
    },
  );
});

test.each([
  ['disabled', 'disabled'],
  ['false', 'disabled'],
  ['0', 'disabled'],
  ['max', 'max'],
  ['true', 'min'],
  ['other', 'min'],
])('BUILDX_METADATA_PROVENANCE=%s is %s', (mode, expected) => {
  expect(provenanceMode({ BUILDX_METADATA_PROVENANCE: mode })).toBe(expected);
});

describe('the digest of the config', () => {
  const config = 'containerimage.config.digest';
  const keys = async (load: LoadResult) => {
    const build = { outcome: buildOutcome({ load }), warnings: [], totalMs: 1 };
    return Object.keys(
      await dockerResultFormat(builder, {}).metadataOf(build, { [config]: imageId }),
    );
  };

  test('is given where the daemon knows the image by it', async () => {
    expect(await keys(loadResult())).toContain(config);
  });

  test('is left out where the daemon knows it by another one', async () => {
    const other = `sha256:${'9'.repeat(64)}` as Digest;
    expect(await keys(loadResult({ imageId: other }))).not.toContain(config);
  });
});

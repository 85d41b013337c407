import { describe, expect, test } from 'vitest';
import type { RecordedAttestation } from '../../buildkit/build-record.js';
import { memorySource } from '../../content/testing/memory-source.js';
import { readProvenance } from './provenance.js';

type Statement = readonly [predicateType: string, predicate: unknown, platform?: string];

const v02 = 'https://slsa.dev/provenance/v0.2';
const v1 = 'https://slsa.dev/provenance/v1';

function read(...statements: Statement[]) {
  const content = memorySource();
  const recorded = statements.map(([predicateType, predicate, platform = '']) => ({
    platform,
    predicateType,
    descriptor: content.add(Buffer.from(JSON.stringify(predicate))),
  }));
  const attestations = async (ref: string): Promise<RecordedAttestation[]> =>
    ref === 'the ref' ? recorded : [];
  return readProvenance({ name: 'b', content, attestations }, 'the ref');
}

describe('the provenance of a build', () => {
  test('of version 0.2 is as the builder recorded it', async () => {
    const predicate = { builder: { id: '' }, buildConfig: { a: [1] }, later: true };
    expect(await read([v02, predicate])).toEqual(new Map([['', predicate]]));
  });

  test('is kept by platform', async () => {
    const found = await read([v02, { a: 1 }, 'linux/amd64'], [v02, { a: 2 }, 'linux/arm64']);
    expect(found).toEqual(
      new Map(Object.entries({ 'linux/amd64': { a: 1 }, 'linux/arm64': { a: 2 } })),
    );
  });

  test('is the first of several, and nothing else that is attested', async () => {
    const found = await read(
      ['https://spdx.dev/Document', { a: 1 }],
      [v02, { a: 2 }],
      [v02, { a: 3 }],
    );
    expect(found).toEqual(new Map([['', { a: 2 }]]));
  });

  test('may not have been recorded', async () => {
    expect(await read()).toEqual(new Map());
  });

  test('of version 1 is told in the words of version 0.2', async () => {
    const predicate = {
      buildDefinition: {
        buildType:
          'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
        externalParameters: {
          configSource: { uri: 'git://x', digest: { sha1: 'a' }, path: 'Dockerfile' },
          request: { frontend: 'dockerfile.v0' },
        },
        internalParameters: {
          buildConfig: { llbDefinition: [] },
          builderPlatform: 'linux/amd64',
          dockerfileVersion: '1.2',
          custom: 'env',
        },
        resolvedDependencies: [{ uri: 'pkg:docker/x', digest: { sha256: 'b' }, name: 'x' }],
      },
      runDetails: {
        builder: { id: 'me', version: {} },
        metadata: {
          invocationId: 'i',
          startedOn: 's',
          finishedOn: 'f',
          buildkit_metadata: { layers: {} },
          buildkit_hermetic: true,
          buildkit_completeness: { request: true, resolvedDependencies: false },
        },
      },
    };
    expect((await read([v1, predicate])).get('')).toEqual({
      builder: { id: 'me' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: [{ uri: 'pkg:docker/x', digest: { sha256: 'b' } }],
      invocation: {
        configSource: { uri: 'git://x', digest: { sha1: 'a' }, entryPoint: 'Dockerfile' },
        parameters: { frontend: 'dockerfile.v0' },
        environment: { platform: 'linux/amd64', dockerfileVersion: '1.2', custom: 'env' },
      },
      buildConfig: { llbDefinition: [] },
      metadata: {
        buildInvocationID: 'i',
        buildStartedOn: 's',
        buildFinishedOn: 'f',
        completeness: { parameters: true, environment: true, materials: false },
        reproducible: false,
        'https://mobyproject.org/buildkit@v1#metadata': { layers: {} },
        'https://mobyproject.org/buildkit@v1#hermetic': true,
      },
    });
  });

  test('of version 1 without all that may be missing has what version 0.2 always has', async () => {
    expect((await read([v1, {}])).get('')).toEqual({
      builder: { id: '' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      invocation: { configSource: {}, parameters: {}, environment: { platform: '' } },
    });
  });

  test('that is no JSON is an error', async () => {
    const content = memorySource();
    const descriptor = content.add(Buffer.from('{'));
    const attestations = async () => [{ platform: '', predicateType: v1, descriptor }];
    const builder = { name: 'b', content, attestations };
    await expect(readProvenance(builder, 'r')).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

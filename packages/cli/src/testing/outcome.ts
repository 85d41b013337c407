import type { LoadedBuild, LoadResult } from '@warmdock/core';
import type { Digest } from '@warmdock/core/oci';

export const imageId = `sha256:${'1'.repeat(64)}` as Digest;

export function loadResult(fields: Partial<LoadResult> = {}): LoadResult {
  return {
    outcome: 'thin',
    reason: 'one layer is missing',
    imageId,
    tags: ['docker.io/library/app:latest'],
    layersTotal: 42,
    layersSent: 1,
    bytesSent: 17_313,
    timingsMs: { connect: 3.0625, solve: 40, compare: 1, load: 60, total: 104 },
    ...fields,
  };
}

export function buildOutcome(fields: Partial<LoadedBuild> = {}): LoadedBuild {
  return {
    digest: `sha256:${'2'.repeat(64)}` as Digest,
    configDigest: imageId,
    tags: ['docker.io/library/app:latest'],
    ref: 'ref',
    exporterResponse: Promise.resolve({}),
    timingsMs: { connect: 3, solve: 40 },
    load: loadResult(),
    ...fields,
  } as LoadedBuild;
}

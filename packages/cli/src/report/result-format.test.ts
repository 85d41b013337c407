import type { Digest } from '@warmdock/core/oci';
import { expect, test } from 'vitest';
import { buildOutcome, imageId, loadResult } from '../testing/outcome.js';
import { imageIdOf, warmdockResultFormat } from './result-format.js';

test("warmdock's metadata reports the load", async () => {
  const build = { outcome: buildOutcome(), warnings: [], totalMs: 123.456 };
  const metadata = await warmdockResultFormat.metadataOf(build, {
    'containerimage.digest': 'sha256:2',
  });
  expect(metadata).toEqual({
    'containerimage.digest': 'sha256:2',
    'image.name': 'docker.io/library/app:latest',
    'warmdock.load': {
      outcome: 'thin',
      layersTotal: 42,
      layersSent: 1,
      bytesSent: 17_313,
      timingsMs: { connect: 3.1, solve: 40, compare: 1, load: 60, total: 123.5 },
    },
  });
});

test("the image ID is the daemon's", () => {
  const load = loadResult({ imageId: `sha256:${'9'.repeat(64)}` as Digest });
  expect(imageIdOf(buildOutcome({ load }))).toBe(load.imageId);
  const { load: _, ...unloaded } = buildOutcome();
  expect(imageIdOf(unloaded)).toBe(imageId);
});

import type { ParsedOptions } from '@warmdock/core/internal';
import { describe, expect, test } from 'vitest';
import { defaultAttestations, makesIndex } from './default-attestations.js';

const provenance = { type: 'provenance' };
const off = { type: 'provenance', disabled: true };
const sbom = { type: 'sbom' };

describe('an index is made of', () => {
  test.each<[what: string, options: Omit<ParsedOptions, 'context'>, expected: boolean]>([
    ['nothing said', {}, false],
    ['one platform', { platforms: ['linux/arm64'] }, false],
    ['two platforms', { platforms: ['linux/arm64', 'linux/amd64'] }, true],
    ['an attestation', { attestations: [sbom] }, true],
    ['one that is switched off', { attestations: [off] }, false],
    ["BuildKit's own argument", { buildArgs: { BUILDKIT_MULTI_PLATFORM: '1' } }, true],
    ['that argument as no', { buildArgs: { BUILDKIT_MULTI_PLATFORM: '0' } }, false],
  ])('%s: %s', (_what, options, expected) => {
    expect(makesIndex(options as ParsedOptions)).toBe(expected);
  });
});

describe('provenance is added', () => {
  const added = [{ type: 'provenance', attrs: { mode: 'min', 'inline-only': 'true' } }];

  test('when nobody speaks of it', () => {
    expect(defaultAttestations({ attestations: [sbom] }, {})).toEqual(added);
  });

  test.each([[[provenance]], [[off]], [[sbom, off]]])('but not beside %j', (attestations) => {
    expect(defaultAttestations({ attestations }, {})).toEqual([]);
  });

  test.each([
    ['1', []],
    ['true', []],
    ['0', added],
  ])('with BUILDX_NO_DEFAULT_ATTESTATIONS=%s: %j', (value, expected) => {
    expect(defaultAttestations({}, { BUILDX_NO_DEFAULT_ATTESTATIONS: value })).toEqual(expected);
  });

  test.each(['', 'maybe'])('and "%s" is no answer', (value) => {
    expect(() => defaultAttestations({}, { BUILDX_NO_DEFAULT_ATTESTATIONS: value })).toThrow(
      'invalid',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { ATTESTATION_ANNOTATION, type Descriptor } from './descriptor.js';
import { digestOf } from './digest.js';
import { MediaType } from './media-types.js';
import { type Platform, parsePlatform } from './platform.js';
import { choosePlatform, platformMatches, platformRank } from './platform-match.js';

describe('platformMatches', () => {
  it.each([
    ['linux/amd64', 'linux/amd64', true],
    ['linux/amd64', 'linux/x86_64', true],
    ['linux/amd64', 'linux/386', true],
    ['linux/386', 'linux/amd64', false],
    ['linux/amd64', 'linux/amd64/v2', false],
    ['linux/amd64/v3', 'linux/amd64/v2', true],
    ['linux/amd64/v3', 'linux/amd64', true],
    ['linux/amd64', 'windows/amd64', false],
    ['linux/arm/v7', 'linux/arm/v6', true],
    ['linux/arm/v7', 'linux/arm/v5', true],
    ['linux/arm/v6', 'linux/arm/v7', false],
    ['linux/arm/v5', 'linux/arm/v5', true],
    ['linux/arm/v6', 'linux/arm', false],
    ['linux/arm64', 'linux/arm/v8', true],
    ['linux/arm64', 'linux/arm', true],
    ['linux/arm64', 'linux/arm64/v8.1', false],
    ['linux/arm64/v8.2', 'linux/arm64/v8.1', true],
    ['linux/arm64/v8.2', 'linux/arm64', true],
    ['linux/arm64/v9', 'linux/arm64/v8.5', true],
    ['linux/arm64/v9', 'linux/arm64/v8.6', false],
    ['linux/arm64/v9.5', 'linux/arm64/v8.9', true],
    ['linux/arm64/v9', 'linux/arm/v6', true],
    ['linux/arm', 'linux/arm64', false],
    ['linux/riscv64', 'linux/riscv64', true],
    ['linux/amd64', 'unknown/unknown', false],
  ])('a %s machine, an image for %s: %s', (host, candidate, expected) => {
    expect(platformMatches(parsePlatform(host), parsePlatform(candidate))).toBe(expected);
  });

  it.each([
    ['10.0.20348.1', '10.0.20348.99', true],
    ['10.0.20348.1', '10.0.17763.99', false],
    ['10.0.20348.1', undefined, true],
    [undefined, '10.0.17763.99', true],
  ])('Windows %s, an image for Windows %s: %s', (host, candidate, expected) => {
    const windows = (version: string | undefined): Platform => ({
      os: 'windows',
      architecture: 'amd64',
      ...(version && { 'os.version': version }),
    });
    expect(platformMatches(windows(host), windows(candidate))).toBe(expected);
  });

  it('ranks the nearest lower variant best', () => {
    const host = parsePlatform('linux/arm/v7');
    const ranks = ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'].map((text) =>
      platformRank(host, parsePlatform(text)),
    );
    expect(ranks).toEqual([0, 1, 2]);
  });
});

describe('choosePlatform', () => {
  const entry = (platform: string | undefined, extra: Partial<Descriptor> = {}): Descriptor => ({
    mediaType: MediaType.ociManifest,
    digest: digestOf(`${platform}`),
    size: 1,
    ...(platform && { platform: parsePlatform(platform) }),
    ...extra,
  });

  it.each([
    ['linux/arm64', ['linux/amd64', 'linux/arm/v7', 'linux/arm64'], 'linux/arm64'],
    ['linux/arm64', ['linux/amd64', 'linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/amd64', ['linux/386', 'linux/amd64'], 'linux/amd64'],
    ['linux/amd64', ['linux/arm64'], undefined],
    ['linux/amd64', [], undefined],
  ])('for %s of %j takes %s', (host, offered, chosen) => {
    const manifests = offered.map((platform) => entry(platform));
    const expected = chosen === undefined ? undefined : parsePlatform(chosen);
    expect(choosePlatform(parsePlatform(host), manifests)?.platform).toEqual(expected);
  });

  it('takes the first of equals', () => {
    const first = entry('linux/amd64', { size: 7 });
    expect(choosePlatform(parsePlatform('linux/amd64'), [first, entry('linux/amd64')])).toBe(first);
  });

  it('never takes an attestation', () => {
    const annotated = entry('linux/amd64', {
      annotations: { [ATTESTATION_ANNOTATION]: 'attestation-manifest' },
    });
    expect(
      choosePlatform(parsePlatform('linux/amd64'), [annotated, entry('unknown/unknown')]),
    ).toBeUndefined();
  });

  it('takes an entry without a platform only when no other suits', () => {
    const unnamed = entry(undefined);
    const named = entry('linux/386');
    expect(choosePlatform(parsePlatform('linux/amd64'), [unnamed, named])).toBe(named);
    expect(choosePlatform(parsePlatform('linux/s390x'), [named, unnamed])).toBe(unnamed);
  });
});

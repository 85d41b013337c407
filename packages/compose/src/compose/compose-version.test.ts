import { describe, expect, it } from 'vitest';
import { composeEnding, isAtLeast, labelVersion } from './compose-version.js';

describe("compose's version", () => {
  it.each<[string, boolean]>([
    ['2.35.0', true],
    ['v2.35.1', true],
    ['2.40.3-desktop.1', true],
    ['5.0.0', true],
    ['2.34.9', false],
    ['1.99.0', false],
    ['dev', false],
    ['', false],
  ])('%s is since 2.35: %s', (version, isLater) => {
    expect(isAtLeast(version, [2, 35])).toBe(isLater);
  });

  it.each([
    ['2.26.1-4', '2.26.1'],
    ['v2.30.0+ds1', '2.30.0'],
    ['2.26', '2.26.0'],
    ['dev', ''],
  ])('%s is %j on images', (version, label) => {
    expect(labelVersion(version)).toBe(label);
  });

  it.each([
    ['2.26.1-4', false, 17],
    ['2.31.0', true, 17],
    ['2.33.0', true, 1],
    ['5.0.0', true, 1],
  ])('%s reports images: %s, and a failure by %i', (version, reportsImages, failureExitCode) => {
    expect(composeEnding(version)).toEqual({ reportsImages, failureExitCode });
  });
});

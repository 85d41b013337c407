import { describe, expect, it } from 'vitest';
import { compareApiVersions, NEWEST_API_VERSION, negotiateApiVersion } from './version.js';

describe('negotiateApiVersion', () => {
  it.each([
    ['1.24', '1.24'],
    ['1.41', '1.41'],
    ['1.44', '1.44'],
    [NEWEST_API_VERSION, NEWEST_API_VERSION],
    ['1.99', NEWEST_API_VERSION],
    ['1.100', NEWEST_API_VERSION],
    ['2.0', NEWEST_API_VERSION],
  ])('with a daemon of %s speaks %s', (daemon, spoken) => {
    expect(negotiateApiVersion(daemon)).toBe(spoken);
  });

  it.each(['1.23', '1.9', '0.99'])('refuses a daemon of %s', (daemon) => {
    expect(() => negotiateApiVersion(daemon)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });

  it.each(['', '1', 'v1.51', '1.51.0', '1.51\r\n', '1.x'])(
    'refuses %j, which is no version',
    (daemon) => {
      expect(() => negotiateApiVersion(daemon)).toThrow(
        expect.objectContaining({ code: 'PROTOCOL' }),
      );
    },
  );
});

it('compareApiVersions compares numbers, not text', () => {
  expect(compareApiVersions('1.9', '1.24')).toBeLessThan(0);
  expect(compareApiVersions('1.51', '1.51')).toBe(0);
});

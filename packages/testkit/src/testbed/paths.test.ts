import { afterEach, describe, expect, test, vi } from 'vitest';
import { assertSocketPath, cacheDir, testbedDir } from './paths.js';

afterEach(() => vi.unstubAllEnvs());

describe('folders', () => {
  test('lie in the cache folder of the user', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/cache');
    vi.stubEnv('WARMDOCK_TESTBED_DIR', '');
    expect(cacheDir()).toBe('/cache/warmdock');
    expect(testbedDir()).toBe('/cache/warmdock/testbed');
  });

  test('of the testbed moves with WARMDOCK_TESTBED_DIR', () => {
    vi.stubEnv('WARMDOCK_TESTBED_DIR', '/elsewhere');
    expect(testbedDir()).toBe('/elsewhere');
  });

  test('that are too long for a socket are refused with a way out', () => {
    const path = `/${'x'.repeat(107)}`;
    expect(assertSocketPath(path.slice(1))).toHaveLength(107);
    expect(() => assertSocketPath(path)).toThrow('WARMDOCK_TESTBED_DIR');
  });
});

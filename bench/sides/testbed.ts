import { join } from 'node:path';
import {
  cacheDir,
  readTestbed,
  type TestbedInfo,
  testbedDir,
  testbedDown,
  testbedUp,
} from '@warmdock/testkit';

/** The testbed that is up; when there is none, one of this run's own, which ends with it. */
export async function ensureTestbed(say: (line: string) => void) {
  const found = readTestbed(testbedDir());
  if (found) return { testbed: found, release: async () => {} };
  const dir = join(cacheDir(), `testbed-${process.pid}`);
  // The testkit's functions look there for programs and for a place for further engines.
  process.env.WARMDOCK_TESTBED_DIR = dir;
  const testbed: TestbedInfo = await testbedUp(dir, { ownership: 'owned', data: 'disk', say });
  return { testbed, release: () => testbedDown(dir) };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './paths.js';
import { removeTraces, sweepTestbeds } from './sweep.js';

/** A testbed's folder of this run's own, without engines: for file systems and programs. */
export default async function setUp(): Promise<() => Promise<void>> {
  await sweepTestbeds();
  const dir = join(cacheDir(), `testbed-${process.pid}`);
  await mkdir(dir, { recursive: true });
  // Test files run in processes of their own, which inherit it.
  process.env.WARMDOCK_TESTBED_DIR = dir;
  return () => removeTraces(dir);
}

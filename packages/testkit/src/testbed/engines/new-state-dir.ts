import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { testbedDir } from '../paths.js';

/** A new folder below the testbed, for something that a test starts for itself. */
export async function newStateDir(kind: string): Promise<string> {
  const parent = testbedDir();
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `${kind}-`));
}

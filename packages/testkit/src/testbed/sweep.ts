import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder } from './file-systems/unmount-below.js';
import { cacheDir } from './paths.js';
import { isHeld, lockPath, supervisorLogPath } from './state.js';

/** Removes what is left of a testbed that is down. */
export async function removeTestbedFiles(dir: string): Promise<void> {
  for (const path of [dir, lockPath(dir), supervisorLogPath(dir)]) {
    await removeFolder(path);
  }
}

/** Removes what testbeds of test runs left behind whose owners could not tidy up. */
export async function removeOrphanedTestbeds(): Promise<void> {
  const names = await readdir(cacheDir()).catch(() => []);
  const testbeds = new Set(names.flatMap((name) => /^testbed-\d+(?:-\d+)?/.exec(name) ?? []));
  for (const name of testbeds) {
    const dir = join(cacheDir(), name);
    const ownerRuns = existsSync(`/proc/${name.split('-')[1]}`);
    if (!ownerRuns && !isHeld(dir)) await removeTestbedFiles(dir);
  }
}

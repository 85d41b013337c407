import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './paths.js';
import { isHeld, lockPath, supervisorLogPath } from './state.js';
import { removeFolder } from './unmount-below.js';

/** Removes what is left of a testbed that is down. */
export async function removeTraces(dir: string): Promise<void> {
  for (const path of [dir, lockPath(dir), supervisorLogPath(dir)]) {
    await removeFolder(path);
  }
}

/** Removes what testbeds of test runs left behind whose owners could not tidy up. */
export async function sweepTestbeds(): Promise<void> {
  const names = await readdir(cacheDir()).catch(() => []);
  for (const name of new Set(names.flatMap((name) => /^testbed-\d+/.exec(name) ?? []))) {
    const dir = join(cacheDir(), name);
    const ownerRuns = existsSync(`/proc/${name.slice('testbed-'.length)}`);
    if (!ownerRuns && !isHeld(dir)) await removeTraces(dir);
  }
}

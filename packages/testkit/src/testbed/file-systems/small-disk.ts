import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';
import { testbedDir } from '../paths.js';

/** A folder with a file system of that size for one test. */
export function smallDisk(size: string): string {
  const parent = testbedDir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** From now on nobody writes there, root neither. */
export function makeReadOnly(disk: string): void {
  execFileSync('mount', ['-o', 'remount,ro', disk]);
}

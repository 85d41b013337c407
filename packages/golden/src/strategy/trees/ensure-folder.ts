import { mkdirSync } from 'node:fs';

/**
 * Makes one folder unless it exists. Node's `recursive` reports a full disk as a missing folder.
 */
export function ensureFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

import { mkdirSync } from 'node:fs';

/** Makes one folder unless it is there; `recursive` of Node.js tells a full disk as a missing folder. */
export function ensureFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { areUnchanged, type ProjectFiles } from './project-files.js';

/** The images of a project, as long as its files are these. */
export interface RememberedImages {
  /** Of `keyOf`. */
  readonly key: string;
  readonly files: ProjectFiles;
  readonly images: readonly string[];
}

/** The images that were kept under the key, if no file has changed since. */
export function recallImages(folder: string, key: string): readonly string[] | undefined {
  try {
    const kept: RememberedImages = JSON.parse(readFileSync(pathOf(folder, key), 'utf8'));
    return kept.key === key && areUnchanged(kept.files) ? kept.images : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps them below the folder. Never throws: a folder that cannot be written costs nothing but time. */
export function rememberImages(folder: string, remembered: RememberedImages): void {
  const path = pathOf(folder, remembered.key);
  const partial = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(partial, JSON.stringify(remembered), { mode: 0o600 });
    renameSync(partial, path);
  } catch {
    // Read-only, or full.
  }
}

/** One of 256 files, so that there are never more: a project may lose its place to another one. */
function pathOf(folder: string, key: string): string {
  return join(folder, 'compose-images', `${key.slice(0, 2)}.json`);
}

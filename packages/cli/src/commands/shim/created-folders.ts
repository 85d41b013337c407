import { readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** Tells the topmost of the folders that were made for the shim, as long as it is installed. */
const record = '.made-for-warmdock';

/** Keeps which folders had to be made, from the topmost one down to `folder`. */
export function recordCreatedFolders(folder: string, topmost: string | undefined): void {
  if (topmost !== undefined) writeFileSync(join(folder, record), topmost, { flush: true });
}

/** Removes those of them that are empty now, and the record. */
export function removeCreatedFolders(folder: string): void {
  const path = join(folder, record);
  const topmost = readRecord(path);
  if (topmost === undefined) return;
  rmSync(path);
  // A power cut has left it empty, and nobody knows.
  if (topmost === '') return;
  if (!`${resolve(folder)}${sep}`.startsWith(`${resolve(topmost)}${sep}`)) return;
  for (let each = resolve(folder); removeIfEmpty(each) && each !== resolve(topmost); )
    each = dirname(each);
}

function readRecord(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

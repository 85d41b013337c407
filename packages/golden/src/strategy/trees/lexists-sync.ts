import { lstatSync } from 'node:fs';

/** Is anything of that name there, a dangling link included? */
export function lexistsSync(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

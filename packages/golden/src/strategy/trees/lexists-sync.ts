import { lstatSync } from 'node:fs';

/** Whether the path exists, even as a dangling link. */
export function lexistsSync(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

import { lstat } from 'node:fs/promises';

/** Is anything of that name there, a dangling link included? */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

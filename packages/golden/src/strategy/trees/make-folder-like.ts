import { chmodSync, chownSync, mkdirSync, type Stats } from 'node:fs';

/** Makes a folder of the same mode, whatever the umask, and the same owner. */
export function makeFolderLike({ mode, uid, gid }: Stats, path: string): void {
  mkdirSync(path);
  chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

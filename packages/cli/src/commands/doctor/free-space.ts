import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** What is free for this user below a folder, whether or not that is there; throws as `statfs` does. */
export interface FreeSpace {
  readonly freeBytes: number;
  /** Whether no further file has room, however small. */
  readonly isOutOfFiles: boolean;
}

export function freeSpaceIn(folder: string): FreeSpace {
  const { bavail, bsize, files, ffree } = statfsSync(existing(folder));
  // Some file systems, such as btrfs, make room for files as they come, and tell none.
  return { freeBytes: bavail * bsize, isOutOfFiles: files > 0 && ffree === 0 };
}

/** Itself, or the nearest one above it. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

export function formatFreeSpace({ freeBytes, isOutOfFiles }: FreeSpace, folder: string): string {
  if (isOutOfFiles) return `no file can be made in ${folder}`;
  const free =
    freeBytes < 1e9 ? `${Math.floor(freeBytes / 1e6)} MB` : `${(freeBytes / 1e9).toFixed(1)} GB`;
  return `${free} free in ${folder}`;
}

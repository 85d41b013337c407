import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { type MountEntry, parseMountInfo } from './mount-info.js';
import { mountViews } from './mount-views.js';

/** A folder's place in its file system, independent of mounts. */
interface Place {
  readonly folder: string;
  /** The mount that the folder is seen through from here. */
  readonly through: MountEntry;
  /** Path of the folder within the file system. */
  readonly path: string;
}

/**
 * Mounts from the folder, on paths in it, and overlays of folders in it, in every mount namespace.
 * One clause each, with a process that sees it.
 */
export function mountsOf(folder: string): string[] {
  const place = placeOf(realpathSync(folder));
  return mountViews().flatMap(({ pid, entries }) => {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const found = entries.filter((entry) => concerns(place, entry, byId.get(entry.parent)));
    return found.map(({ point, type }) => `mounted at ${point} (${type}, seen by process ${pid})`);
  });
}

/**
 * Asks the kernel for the mount of an open folder: paths are ambiguous, because mounts cover each
 * other.
 */
function placeOf(folder: string): Place {
  const file = openSync(folder, 'r');
  try {
    const id = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'))?.[1];
    const entries = parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
    const through = entries.find((entry) => entry.id === id);
    if (through !== undefined) return { folder, through, path: pathWithin(through, folder) };
  } finally {
    closeSync(file);
  }
  throw new WarmdockError('INTERNAL', `no mount of ${folder} is in /proc/self/mountinfo`);
}

function concerns(place: Place, entry: MountEntry, parent: MountEntry | undefined): boolean {
  return isBind(place, entry) || isBelow(place, entry, parent) || isLayered(place, entry);
}

/** A tree that is a mount itself appears in every namespace made since: that is no use of it. */
function isBind({ through, path }: Place, entry: MountEntry): boolean {
  if (entry.device !== through.device) return false;
  const isSame = entry.root === through.root && entry.point === through.point;
  return !isSame && isWithin(entry.root, path);
}

function isBelow(place: Place, entry: MountEntry, parent: MountEntry | undefined): boolean {
  if (parent?.device !== place.through.device) return false;
  return isWithin(pathWithin(parent, entry.point), place.path);
}

/** A container sees its root as an overlay, the rest of the tree not at all. */
function isLayered({ folder }: Place, { type, options }: MountEntry): boolean {
  return type === 'overlay' && options.split(/[,:=]/).some((path) => isWithin(path, folder));
}

/** Where in the file system a path leads that is seen through this mount. */
function pathWithin({ root, point }: MountEntry, path: string): string {
  return join(root, relative(point, path));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

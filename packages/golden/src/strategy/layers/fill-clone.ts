import { chownSync, constants, copyFileSync, linkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { makeFolderLike } from '../trees/make-folder-like.js';
import { runProgram } from '../trees/run-program.js';
import type { ClonePlan } from './plan-clone.js';
import { ownPart, sharedPart } from './sealed-tree.js';

/** How many links or folders to make before yielding to the event loop. */
const atOnce = 100;
/** The same for files, which take longer. */
const filesAtOnce = 1;

/** How many paths one program is given. */
const maxArguments = 1000;

/**
 * Carries a plan out. Starting a program takes longer than everything else, above all from a large
 * process. So cp gets only what needs it, and the rest is made meanwhile.
 */
export async function fillClone(
  sealed: string,
  tree: string,
  { folders, links, files, rest }: ClonePlan,
  options: CallOptions = {},
): Promise<void> {
  const operation = `cloning ${sealed}`;
  const each = <T>(items: Iterable<T>, make: (item: T) => void, count = atOnce) =>
    forEach(items, make, { operation, count }, options);
  await each(folders, ([at, stat]) => makeFolderLike(stat, join(tree, at)));
  const link = (at: string) => linkFile(join(sharedPart(sealed), at), join(tree, at));
  const copy = ([at, stat]: [string, Stats]) =>
    copyFile(join(ownPart(sealed), at), stat, join(tree, at));
  const ends = await Promise.allSettled([
    copyRest(ownPart(sealed), tree, rest, options),
    each(links, link).then(() => each(files, copy, filesAtOnce)),
  ]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function forEach<T>(
  items: Iterable<T>,
  make: (item: T) => void,
  { operation, count }: { operation: string; count: number },
  { signal }: CallOptions,
): Promise<void> {
  let done = 0;
  for (const item of items) {
    if (signal?.aborted) throw cancelled(operation, signal);
    make(item);
    if (++done % count === 0) await setImmediate();
  }
}

function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMLINK') throw error;
    throw new WarmdockError(
      'UNAVAILABLE',
      `cloning: ${from} has as many hard links as its file system allows`,
      { cause: error, hint: 'Release sessions, or build the golden anew from nothing.' },
    );
  }
}

/** Keeps mode and owner, but not times, which mean nothing for a database. */
function copyFile(from: string, { uid, gid }: Stats, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chownSync(to, uid, gid);
}

/** Keeps all metadata, which needs GNU cp: see `copyTree`. */
async function copyRest(
  from: string,
  to: string,
  names: readonly string[],
  options: CallOptions,
): Promise<void> {
  const args = ['-a', '--reflink=auto', '--parents', '--target-directory', to, '--'];
  for (let first = 0; first < names.length; first += maxArguments) {
    const some = names.slice(first, first + maxArguments);
    await runProgram(`copying from ${from}`, 'cp', [...args, ...some], options, from);
  }
}

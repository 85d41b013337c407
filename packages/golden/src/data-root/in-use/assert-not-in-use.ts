import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { databasesOf } from '../databases.js';
import { lockedFiles } from './locked-files.js';
import { mountsOf } from './mounts-of.js';

const MAX_NAMED = 3;

/** A container that starts holds all mounts of the machine until it has changed its root. */
const containerStartMs = 1_000;
const pollMs = 25;

/**
 * Throws `CONFLICT` when the tree is in use: a daemon has a database of it open, or something in it
 * or on it is mounted, in any mount namespace of this machine. Copying or moving it would break
 * images. `operation` reads like "releasing session a".
 *
 * Of daemons in other containers, locks are seen and mounts are not.
 */
export async function assertNotInUse(
  tree: string,
  operation: string,
  { signal }: CallOptions = {},
): Promise<void> {
  const databases = await openDatabases(tree, { signal });
  const isSure = databases.length > 0;
  const mounts = isSure ? mountsOf(tree) : await lastingMounts(tree, operation, { signal });
  const uses = [...databases, ...mounts];
  if (uses.length === 0) return;
  const named = uses.slice(0, MAX_NAMED).join('; ');
  const more = uses.length > MAX_NAMED ? `; and ${uses.length - MAX_NAMED} more` : '';
  throw new WarmdockError('CONFLICT', `${operation}: ${tree} is in use: ${named}${more}`, {
    hint: 'Stop the daemon, wait until it has ended, and unmount what it left.',
  });
}

/** Mounts that are still there after what a starting container takes. */
async function lastingMounts(
  tree: string,
  operation: string,
  { signal }: CallOptions,
): Promise<string[]> {
  const end = performance.now() + containerStartMs;
  for (;;) {
    const mounts = mountsOf(tree);
    if (mounts.length === 0 || performance.now() > end) return mounts;
    await delay(pollMs, undefined, { signal }).catch((error) => {
      throw signal?.aborted ? cancelled(operation, signal) : error;
    });
  }
}

async function openDatabases(tree: string, options: CallOptions): Promise<string[]> {
  const databases = databasesOf(tree).map((at) => join(tree, at));
  const locked = await lockedFiles(databases, options);
  return locked.map((path) => `a daemon has ${relative(tree, path)} open`);
}

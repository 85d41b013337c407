import { join, relative } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { databasesOf } from '../databases.js';
import { lockedFiles } from './locked-files.js';
import { mountsOf } from './mounts-of.js';

const MAX_NAMED = 3;

/**
 * Throws `CONFLICT` when somebody uses the tree: a daemon has a database in it open, or something of
 * it or on it is mounted, in whatever mount namespace of this machine. Copying or moving it then
 * breaks images. `operation` reads like "releasing session a".
 *
 * Daemons in containers beside our own are seen by their locks, their mounts are not.
 */
export async function assertNotInUse(
  tree: string,
  operation: string,
  { signal }: CallOptions = {},
): Promise<void> {
  const uses = [...(await openDatabases(tree, { signal })), ...mountsOf(tree)];
  if (uses.length === 0) return;
  const named = uses.slice(0, MAX_NAMED).join('; ');
  const more = uses.length > MAX_NAMED ? `; and ${uses.length - MAX_NAMED} more` : '';
  throw new WarmdockError('CONFLICT', `${operation}: ${tree} is in use: ${named}${more}`, {
    hint: 'Stop the daemon, wait until it has ended, and unmount what it left.',
  });
}

async function openDatabases(tree: string, options: CallOptions): Promise<string[]> {
  const databases = databasesOf(tree).map((at) => join(tree, at));
  const locked = await lockedFiles(databases, options);
  return locked.map((path) => `a daemon has ${relative(tree, path)} open`);
}

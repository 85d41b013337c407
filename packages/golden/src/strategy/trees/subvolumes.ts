import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { mountsOf } from '../../data-root/in-use/mounts-of.js';
import { runProgram } from './run-program.js';

/*
 * btrfs subvolumes in a folder. Anyone who may make folders may make some, such as a container in
 * its volume. A snapshot has an empty folder in place of each, and a subvolume with others in it
 * cannot be deleted.
 */

/** The inode number of a subvolume's root, and of nothing else on btrfs. */
const rootInode = '256';

/** Whether a subvolume has others in it, without reading its files. */
export async function hasSubvolumes(tree: string, options?: CallOptions): Promise<boolean> {
  const args = ['subvolume', 'list', '-o', tree];
  return (await runProgram(`looking for subvolumes in ${tree}`, 'btrfs', args, options)) !== '';
}

/** Relative paths, outer ones first; a letter that is no UTF-8 is U+FFFD. Looks at every folder. */
export async function subvolumesBelow(folder: string, options?: CallOptions): Promise<string[]> {
  return (await find(folder, ['-printf', '%P\\0'], options)).split('\0').filter(Boolean).sort();
}

/**
 * Deletes all subvolumes below a folder, read-only ones too. Each is named relative to its parent
 * folder, so that no link leads elsewhere. Throws `CONFLICT` when something is mounted there.
 */
export async function removeSubvolumes(folder: string, options?: CallOptions): Promise<void> {
  assertNoMounts(folder);
  // Nothing can be deleted in a read-only subvolume.
  const makeWritable = ['btrfs', 'property', 'set', '-ts', '{}', 'ro', 'false'];
  await find(folder, ['-execdir', ...makeWritable, ';'], options);
  await find(folder, ['-depth', '-execdir', 'btrfs', 'subvolume', 'delete', '{}', '+'], options);
}

/** `find` would go on into it, as it does into subvolumes. */
export function assertNoMounts(folder: string): void {
  const [mount] = mountsOf(folder);
  if (mount === undefined) return;
  throw new WarmdockError('CONFLICT', `removing ${folder}: it is in use: ${mount}`, {
    hint: 'Unmount it, then run `warmdock golden recover`.',
  });
}

/** Of each subvolume. */
function find(folder: string, action: readonly string[], options?: CallOptions): Promise<string> {
  const isSubvolume = ['-mindepth', '1', '-type', 'd', '-inum', rootInode];
  const args = [folder, ...isSubvolume, ...action];
  return runProgram(`looking for subvolumes in ${folder}`, 'find', args, options);
}

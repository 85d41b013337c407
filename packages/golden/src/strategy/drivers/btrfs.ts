import { mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { assertRealFolders } from '../../data-root/real-folders.js';
import type { Snapshot, Strategy } from '../strategy.js';
import { exists } from '../trees/exists.js';
import { measureWhole } from '../trees/measure-whole.js';
import { runProgram } from '../trees/run-program.js';
import { hasSubvolumes, removeSubvolumes, subvolumesBelow } from '../trees/subvolumes.js';

/** Every tree is a subvolume, every clone a snapshot of one: O(1). */
export const btrfs: Strategy = {
  name: 'btrfs',
  async probe(directory, options) {
    const folder = await mkdtemp(join(directory, '.probe-'));
    const [volume, snapshot] = [join(folder, 'a'), join(folder, 'b')];
    try {
      await subvolume(['create', volume], options);
      await subvolume(['snapshot', volume, snapshot], options);
      await subvolume(['delete', snapshot, volume], options);
      return { works: true };
    } catch (error) {
      return { works: false, reason: messageOf(error) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  create: (tree, options) => subvolume(['create', tree], options),
  clone: cloneVolumes,
  async assertSealable(tree, options) {
    const unnamed = (await nestedIn(tree, options)).find((at) => at.includes('\ufffd'));
    if (unnamed === undefined) return;
    throw new WarmdockError(
      'CONFLICT',
      `sealing ${tree}: the subvolume ${unnamed} has a name that is no UTF-8`,
      { hint: 'Give it another name, or make it a folder.' },
    );
  },
  async seal(tree, options) {
    const subvolumes = await nestedIn(tree, options);
    const content = await measureWhole(tree, options);
    for (const at of ['', ...subvolumes]) await setReadOnly(join(tree, at), true, options);
    return { ...content, ...(subvolumes.length > 0 && { subvolumes }) };
  },
  move: rename,
  async remove(tree, options) {
    if (!exists(tree)) return;
    try {
      await subvolume(['delete', tree], options);
    } catch (error) {
      if (options?.signal?.aborted || !(await hasSubvolumes(tree, options))) throw error;
      await setReadOnly(tree, false, options);
      await removeSubvolumes(tree, options);
      await subvolume(['delete', tree], options);
    }
  },
  uniqueBytes: exclusiveBytes,
};

/** A snapshot has an empty folder in the place of each subvolume that is in the tree. */
async function cloneVolumes(
  { tree: source, content }: Snapshot,
  tree: string,
  options?: CallOptions,
): Promise<void> {
  await subvolume(['snapshot', source, tree], options);
  for (const at of (content.kind === 'whole' && content.subvolumes) || []) {
    assertRealFolders(tree, at);
    await rmdir(join(tree, at));
    await subvolume(['snapshot', join(source, at), join(tree, at)], options);
  }
}

async function nestedIn(tree: string, options?: CallOptions): Promise<string[]> {
  return (await hasSubvolumes(tree, options)) ? subvolumesBelow(tree, options) : [];
}

async function exclusiveBytes(tree: string, options?: CallOptions): Promise<number> {
  const args = ['filesystem', 'du', '--summarize', '--raw', tree];
  return exclusiveOf(await runProgram(`measuring ${tree}`, 'btrfs', args, options));
}

async function subvolume(args: readonly string[], options?: CallOptions): Promise<void> {
  const operation = `btrfs subvolume ${args.join(' ')}`;
  await runProgram(operation, 'btrfs', ['subvolume', ...args], options);
}

async function setReadOnly(tree: string, value: boolean, options?: CallOptions): Promise<void> {
  const args = ['property', 'set', '-ts', tree, 'ro', String(value)];
  await runProgram(`sealing ${tree}`, 'btrfs', args, options);
}

/** The second line is "TOTAL EXCLUSIVE SHARED PATH". */
function exclusiveOf(table: string): number {
  const exclusive = /^\s*\d+\s+(\d+)\s/m.exec(table)?.[1];
  if (exclusive !== undefined) return Number(exclusive);
  throw new WarmdockError('PROTOCOL', `btrfs filesystem du answered ${table.slice(0, 200)}`);
}

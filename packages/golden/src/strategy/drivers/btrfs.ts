import { mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { assertRealFolders } from '../../data-root/real-folders.js';
import type { Snapshot, Strategy } from '../strategy.js';
import { lexistsSync } from '../trees/lexists-sync.js';
import { measureContent } from '../trees/measure-content.js';
import { runProgram } from '../trees/run-program.js';
import { hasSubvolumes, removeSubvolumes, subvolumesBelow } from '../trees/subvolumes.js';

/** Every tree is a subvolume, every clone a snapshot of one: O(1). */
export const btrfs: Strategy = {
  name: 'btrfs',
  async probe(directory, call) {
    const folder = await mkdtemp(join(directory, '.probe-'));
    const [volume, snapshot] = [join(folder, 'a'), join(folder, 'b')];
    try {
      await subvolume(['create', volume], call);
      await subvolume(['snapshot', volume, snapshot], call);
      await subvolume(['delete', snapshot, volume], call);
      return { works: true };
    } catch (error) {
      return { works: false, reason: messageOf(error) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  create: (tree, call) => subvolume(['create', tree], call),
  clone: cloneVolumes,
  async assertSealable(tree, _options, call) {
    const unnamed = (await nestedIn(tree, call)).find((at) => at.includes('\ufffd'));
    if (unnamed === undefined) return;
    throw new WarmdockError(
      'CONFLICT',
      `sealing ${tree}: the subvolume ${unnamed} has a name that is no UTF-8`,
      { hint: 'Give it another name, or make it a folder.' },
    );
  },
  async seal(tree, options, call) {
    const subvolumes = await nestedIn(tree, call);
    const content = await measureContent(tree, options, call);
    for (const at of ['', ...subvolumes]) await setReadOnly(join(tree, at), true, call);
    return { ...content, ...(subvolumes.length > 0 && { subvolumes }) };
  },
  move: rename,
  async remove(tree, call) {
    if (!lexistsSync(tree)) return;
    try {
      await subvolume(['delete', tree], call);
    } catch (error) {
      if (call?.signal?.aborted || !(await hasSubvolumes(tree, call))) throw error;
      await setReadOnly(tree, false, call);
      await removeSubvolumes(tree, call);
      await subvolume(['delete', tree], call);
    }
  },
  uniqueBytes: exclusiveBytes,
};

/** A snapshot has an empty folder in the place of each subvolume that is in the tree. */
async function cloneVolumes(
  { tree: source, content }: Snapshot,
  tree: string,
  call?: CallOptions,
): Promise<void> {
  await subvolume(['snapshot', source, tree], call);
  for (const at of (content.kind === 'whole' && content.subvolumes) || []) {
    assertRealFolders(tree, at);
    await rmdir(join(tree, at));
    await subvolume(['snapshot', join(source, at), join(tree, at)], call);
  }
}

async function nestedIn(tree: string, call?: CallOptions): Promise<string[]> {
  return (await hasSubvolumes(tree, call)) ? subvolumesBelow(tree, call) : [];
}

async function exclusiveBytes(tree: string, call?: CallOptions): Promise<number> {
  const args = ['filesystem', 'du', '--summarize', '--raw', tree];
  return exclusiveOf(await runProgram(`measuring ${tree}`, 'btrfs', args, call));
}

async function subvolume(args: readonly string[], call?: CallOptions): Promise<void> {
  const operation = `btrfs subvolume ${args.join(' ')}`;
  await runProgram(operation, 'btrfs', ['subvolume', ...args], call);
}

async function setReadOnly(tree: string, value: boolean, call?: CallOptions): Promise<void> {
  const args = ['property', 'set', '-ts', tree, 'ro', String(value)];
  await runProgram(`sealing ${tree}`, 'btrfs', args, call);
}

/** The second line is "TOTAL EXCLUSIVE SHARED PATH". */
function exclusiveOf(table: string): number {
  const exclusive = /^\s*\d+\s+(\d+)\s/m.exec(table)?.[1];
  if (exclusive !== undefined) return Number(exclusive);
  throw new WarmdockError('PROTOCOL', `btrfs filesystem du answered ${table.slice(0, 200)}`);
}

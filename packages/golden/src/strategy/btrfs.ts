import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, messageOf, WarmdockError } from '@warmdock/core';
import { exists } from './exists.js';
import { measureWhole } from './measure-whole.js';
import { runProgram } from './run-program.js';
import type { Strategy } from './strategy.js';

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
  clone: (snapshot, tree, options) => subvolume(['snapshot', snapshot.tree, tree], options),
  async seal(tree, options) {
    const content = await measureWhole(tree, options);
    await setReadOnly(tree, true, options);
    return content;
  },
  move: rename,
  async remove(tree, options) {
    if (exists(tree)) await subvolume(['delete', tree], options);
  },
  uniqueBytes: exclusiveBytes,
};

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

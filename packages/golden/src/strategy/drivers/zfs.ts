import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import type { Strategy } from '../strategy.js';
import { measureContent } from '../trees/measure-content.js';
import { removeTree } from '../trees/remove-tree.js';
import {
  attachDataset,
  childOf,
  destroyDataset,
  detachDataset,
  isDetached,
  newDataset,
  ownSnapshot,
  propertyOf,
  runZfs,
} from '../trees/zfs-dataset.js';
import { datasetRecord, existingDataset, readDataset, writeDataset } from '../trees/zfs-record.js';

/**
 * Every tree is a dataset, every clone a clone of a generation's snapshot: O(1). See zfs(8),
 * zfs-clone(8).
 *
 * Only this store mounts its datasets, never the machine at boot: folders above a tree are renamed,
 * which the mount follows and the property `mountpoint` does not.
 */
export const zfs: Strategy = {
  name: 'zfs',
  async probe(directory, call) {
    const folder = await mkdtemp(join(directory, '.probe-'));
    const trees = ['a', 'b', 'c'].map((name) => join(folder, name, 'tree'));
    try {
      await tryOut(trees as [string, string, string], call);
      return { works: true };
    } catch (error) {
      return { works: false, reason: messageOf(error) };
    } finally {
      // Leftovers must not keep other strategies from being tried.
      for (const tree of trees) await zfs.remove(tree).catch(() => {});
      await removeTree(folder).catch(() => {});
    }
  },
  async create(tree, call) {
    const dataset = await newDataset(dirname(tree), call);
    await writeDataset(tree, dataset);
    await runZfs(['create', '-o', 'canmount=noauto', dataset], call);
    await attachDataset(dataset, tree, call);
    await chmod(tree, 0o711);
  },
  async clone(snapshot, tree, call) {
    const origin = ownSnapshot(await existingDataset(snapshot.tree));
    const dataset = await newDataset(dirname(tree), call);
    await writeDataset(tree, dataset);
    await runZfs(['clone', '-o', 'canmount=noauto', origin, dataset], call);
    await attachDataset(dataset, tree, call);
  },
  async assertSealable(tree, _options, call) {
    const child = await childOf(await existingDataset(tree), call);
    if (child === undefined) return;
    throw new WarmdockError('CONFLICT', `sealing ${tree}: clones would not have ${child}`, {
      hint: `Keep what is in it in a folder, then \`zfs destroy -r ${child}\`.`,
    });
  },
  async seal(tree, options, call) {
    const dataset = await existingDataset(tree);
    await attachDataset(dataset, tree, call);
    const content = await measureContent(tree, options, call);
    const snapshot = ownSnapshot(dataset);
    const known = await runZfs(
      ['list', '-H', '-o', 'name', '-t', 'snapshot', '-d', '1', dataset],
      call,
    );
    if (!known.split('\n').includes(snapshot)) await runZfs(['snapshot', snapshot], call);
    return { ...content, addedBytes: await usedBytes(tree, call) };
  },
  async move(from, to, call) {
    const isFirst = (await readDataset(from)) !== undefined;
    if (isFirst) await rename(datasetRecord(from), datasetRecord(to));
    const dataset = await existingDataset(to);
    await detachDataset(dataset, from, call);
    await attachDataset(dataset, to, call);
  },
  async attach(tree, call) {
    if (!(await isDetached(tree))) return;
    // Read last: a promotion that moves the tree takes the record first.
    const dataset = await readDataset(tree);
    if (dataset === undefined) return;
    try {
      await attachDataset(dataset, tree, call);
    } catch (error) {
      // It was removed meanwhile.
      if ((await readDataset(tree)) !== undefined) throw error;
    }
  },
  async remove(tree, call) {
    const dataset = await readDataset(tree);
    if (dataset === undefined) return;
    await destroyDataset(dataset, call);
    await rm(datasetRecord(tree), { force: true });
  },
  uniqueBytes: usedBytes,
};

/** Removes the generation before its clone, the hardest case for ZFS. */
async function tryOut(
  [golden, session, moved]: [string, string, string],
  call?: CallOptions,
): Promise<void> {
  for (const tree of [golden, session, moved]) await mkdir(dirname(tree));
  await zfs.create(golden, call);
  const content = await zfs.seal(golden, { transaction: '', base: undefined }, call);
  await zfs.clone({ tree: golden, content }, session, call);
  await zfs.move(session, moved, call);
  await zfs.remove(golden, call);
  await zfs.remove(moved, call);
}

async function usedBytes(tree: string, call?: CallOptions): Promise<number> {
  return Number(await propertyOf(await existingDataset(tree), 'used', call));
}

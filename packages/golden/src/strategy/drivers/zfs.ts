import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import type { Strategy } from '../strategy.js';
import { measureWhole } from '../trees/measure-whole.js';
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
 * Every tree is a dataset, every clone one of a generation's snapshot: O(1). See zfs(8), zfs-clone(8).
 *
 * A dataset is mounted by this store alone, never by the machine when it starts: folders above a tree
 * get other names, which the mount follows and the property `mountpoint` does not.
 */
export const zfs: Strategy = {
  name: 'zfs',
  async probe(directory, options) {
    const folder = await mkdtemp(join(directory, '.probe-'));
    const trees = ['a', 'b', 'c'].map((name) => join(folder, name, 'tree'));
    try {
      await tryOut(trees as [string, string, string], options);
      return { works: true };
    } catch (error) {
      return { works: false, reason: messageOf(error) };
    } finally {
      // Whatever is left, other strategies are still to be tried.
      for (const tree of trees) await zfs.remove(tree).catch(() => {});
      await removeTree(folder).catch(() => {});
    }
  },
  async create(tree, options) {
    const dataset = await newDataset(dirname(tree), options);
    await writeDataset(tree, dataset);
    await runZfs(['create', '-o', 'canmount=noauto', dataset], options);
    await attachDataset(dataset, tree, options);
    await chmod(tree, 0o711);
  },
  async clone(snapshot, tree, options) {
    const origin = ownSnapshot(await existingDataset(snapshot.tree));
    const dataset = await newDataset(dirname(tree), options);
    await writeDataset(tree, dataset);
    await runZfs(['clone', '-o', 'canmount=noauto', origin, dataset], options);
    await attachDataset(dataset, tree, options);
  },
  async assertSealable(tree, options) {
    const child = await childOf(await existingDataset(tree), options);
    if (child === undefined) return;
    throw new WarmdockError('CONFLICT', `sealing ${tree}: clones would not have ${child}`, {
      hint: `Keep what is in it in a folder, then \`zfs destroy -r ${child}\`.`,
    });
  },
  async seal(tree, options) {
    const dataset = await existingDataset(tree);
    await attachDataset(dataset, tree, options);
    const content = await measureWhole(tree, options);
    const snapshot = ownSnapshot(dataset);
    const known = await runZfs(
      ['list', '-H', '-o', 'name', '-t', 'snapshot', '-d', '1', dataset],
      options,
    );
    if (!known.split('\n').includes(snapshot)) await runZfs(['snapshot', snapshot], options);
    return { ...content, addedBytes: await usedBytes(tree, options) };
  },
  async move(from, to, options) {
    const isFirst = (await readDataset(from)) !== undefined;
    if (isFirst) await rename(datasetRecord(from), datasetRecord(to));
    const dataset = await existingDataset(to);
    await detachDataset(dataset, from, options);
    await attachDataset(dataset, to, options);
  },
  async attach(tree, options) {
    if (!(await isDetached(tree))) return;
    // Read last: a promotion that moves the tree takes the record first.
    const dataset = await readDataset(tree);
    if (dataset === undefined) return;
    try {
      await attachDataset(dataset, tree, options);
    } catch (error) {
      // Somebody has removed it in the meantime.
      if ((await readDataset(tree)) !== undefined) throw error;
    }
  },
  async remove(tree, options) {
    const dataset = await readDataset(tree);
    if (dataset === undefined) return;
    await destroyDataset(dataset, options);
    await rm(datasetRecord(tree), { force: true });
  },
  uniqueBytes: usedBytes,
};

/** The generation goes before what was cloned from it, which is what asks most of ZFS. */
async function tryOut(
  [golden, session, moved]: [string, string, string],
  options?: CallOptions,
): Promise<void> {
  for (const tree of [golden, session, moved]) await mkdir(dirname(tree));
  await zfs.create(golden, options);
  const content = await zfs.seal(golden, { ...options, transaction: '', base: undefined });
  await zfs.clone({ tree: golden, content }, session, options);
  await zfs.move(session, moved, options);
  await zfs.remove(golden, options);
  await zfs.remove(moved, options);
}

async function usedBytes(tree: string, options?: CallOptions): Promise<number> {
  return Number(await propertyOf(await existingDataset(tree), 'used', options));
}

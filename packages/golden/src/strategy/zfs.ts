import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { type CallOptions, messageOf } from '@warmdock/core';
import { measure } from './measure.js';
import { runProgram } from './run-program.js';
import type { Strategy } from './strategy.js';

/**
 * Every tree is a dataset mounted in its place, every clone one of a generation's snapshot: O(1).
 *
 * Unproven: follows zfs(8), zfs-clone(8) and zfs-promote(8), and has not been run on a pool yet. Its
 * probe tries every command that it needs before a store is made with it.
 */
export const zfs: Strategy = {
  name: 'zfs',
  async probe(directory, options) {
    const probe = `${directory}/.probe-${randomUUID()}`;
    const trees = [`${probe}-a`, `${probe}-b`] as const;
    try {
      await zfs.create(trees[0], options);
      const content = await zfs.seal(trees[0], { ...options, transaction: '', base: undefined });
      await zfs.clone({ tree: trees[0], content }, trees[1], options);
      await zfs.remove(trees[1], options);
      await zfs.remove(trees[0], options);
      return { works: true };
    } catch (error) {
      return { works: false, reason: messageOf(error) };
    }
  },
  async create(tree, options) {
    const dataset = await newDataset(tree, options);
    await mkdir(tree);
    await run(['create', '-o', `mountpoint=${tree}`, dataset], options);
  },
  async clone(snapshot, tree, options) {
    const origin = `${await datasetAt(snapshot.tree, options)}@${golden}`;
    const dataset = await newDataset(tree, options);
    await mkdir(tree);
    const properties = ['-o', `mountpoint=${tree}`, '-o', 'readonly=off'];
    await run(['clone', ...properties, origin, dataset], options);
  },
  async seal(tree, options) {
    const { sizeBytes } = measure([tree]);
    const dataset = await datasetAt(tree, options);
    await run(['set', 'readonly=on', dataset], options);
    // Else the generation that it comes from could never be removed before it.
    const origin = await run(['get', '-H', '-o', 'value', 'origin', dataset], options);
    if (origin.trim() !== '-') await run(['promote', dataset], options);
    const snapshot = `${dataset}@${golden}`;
    const known = await run(['list', '-H', '-o', 'name', '-t', 'snapshot', dataset], options);
    if (!known.split('\n').includes(snapshot)) await run(['snapshot', snapshot], options);
    return { kind: 'whole', sizeBytes, addedBytes: await usedBytes(tree, options) };
  },
  async move(from, to, options) {
    await mkdir(to, { recursive: true });
    await run(['set', `mountpoint=${to}`, await datasetAt(from, options)], options);
  },
  async place(tree, options) {
    await run(['set', `mountpoint=${tree}`, await datasetAt(tree, options)], options);
  },
  async remove(tree, options) {
    await run(['destroy', '-r', await datasetAt(tree, options)], options);
  },
  uniqueBytes: usedBytes,
};

async function usedBytes(tree: string, options?: CallOptions): Promise<number> {
  const dataset = await datasetAt(tree, options);
  const used = await run(['get', '-H', '-p', '-o', 'value', 'used', dataset], options);
  return Number(used.trim());
}

const golden = 'warmdock-golden';

function run(args: readonly string[], options?: CallOptions): Promise<string> {
  return runProgram(`zfs ${args.join(' ')}`, 'zfs', args, options);
}

/** The dataset that a path lies on. */
async function datasetAt(path: string, options?: CallOptions): Promise<string> {
  return (await run(['list', '-H', '-o', 'name', path], options)).trim();
}

async function newDataset(tree: string, options?: CallOptions): Promise<string> {
  const parent = tree.slice(0, tree.lastIndexOf('/'));
  return `${await datasetAt(parent, options)}/warmdock-${randomUUID()}`;
}

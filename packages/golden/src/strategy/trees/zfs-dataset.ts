import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { runProgram } from './run-program.js';

/** Unmounting takes effect some time after zfs(8) returns: until then a dataset is busy. */
const busyMs = 30_000;
const pollMs = 20;
/** zfs(8) reports it only in words, and ends with 1 for every failure. */
const busy = /: (dataset|(mountpoint|pool) or dataset|filesystem) is busy|resource busy/;

const ownName = /^[\w.:-]+(\/[\w.: -]+)*\/warmdock-[0-9a-f-]{36}$/;

/** Whether `newDataset` made the name: the store never changes other datasets. */
export function isDatasetName(name: string): boolean {
  return ownName.test(name);
}

/** A new name below the dataset of the folder. Throws when the folder is on none. */
export async function newDataset(folder: string, options?: CallOptions): Promise<string> {
  const parent = await runZfs(['list', '-H', '-o', 'name', folder], options);
  return `${parent.trim()}/warmdock-${randomUUID()}`;
}

/** The snapshot that clones of a generation are made of: no other dataset has one of the same name. */
export function ownSnapshot(dataset: string): string {
  return `${dataset}@${dataset.slice(dataset.lastIndexOf('/') + 1)}`;
}

export async function propertyOf(
  dataset: string,
  property: string,
  options?: CallOptions,
): Promise<string> {
  const args = ['get', '-H', '-p', '-o', 'value', property, dataset];
  return (await runZfs(args, options)).trim();
}

/** Mounts the dataset at the tree unless it is mounted. Others may do the same at once. */
export async function attachDataset(
  dataset: string,
  tree: string,
  options?: CallOptions,
): Promise<void> {
  if ((await placeOf(tree)) === 'mounted') return;
  try {
    await runZfs(['set', `mountpoint=${tree}`, dataset], options);
    if ((await placeOf(tree)) !== 'mounted') await runPatiently(['mount', dataset], options);
  } catch (error) {
    if ((await placeOf(tree)) !== 'mounted') throw error;
  }
}

/** Whether the tree's folder exists without its mount. A tree that was moved has no folder. */
export async function isDetached(tree: string): Promise<boolean> {
  return (await placeOf(tree)) === 'empty';
}

export async function detachDataset(
  dataset: string,
  tree: string,
  options?: CallOptions,
): Promise<void> {
  if ((await placeOf(tree)) === 'mounted') await runPatiently(['unmount', dataset], options);
}

async function placeOf(tree: string): Promise<'mounted' | 'empty' | 'missing'> {
  const [stat, parent] = await Promise.all(
    [tree, dirname(tree)].map((path) => lstat(path).catch(() => undefined)),
  );
  if (stat === undefined || parent === undefined) return 'missing';
  return stat.dev === parent.dev ? 'empty' : 'mounted';
}

/** Does nothing when there is none of that name. */
export async function destroyDataset(dataset: string, options?: CallOptions): Promise<void> {
  const handed: string[] = [];
  for (;;) {
    const datasets = await siblingsOf(dataset, options);
    const next = datasets.find(({ origin }) => origin.startsWith(`${dataset}@`));
    if (next === undefined) {
      if (!datasets.some(({ name }) => name === dataset)) return;
      break;
    }
    if (!isDatasetName(next.name)) throw usedElsewhere(dataset, next.name);
    // `zfs promote` hands a snapshot over to a clone of it.
    await runZfs(['promote', next.name], options);
    handed.push(next.name + next.origin.slice(dataset.length));
  }
  try {
    await runPatiently(['destroy', '-r', dataset], options);
  } catch (error) {
    // Others may remove the same.
    const left = await siblingsOf(dataset, options);
    if (left.some(({ name }) => name === dataset)) throw error;
  }
  // At once, or when the last of its clones goes.
  for (const snapshot of handed) await runZfs(['destroy', '-d', snapshot], options);
}

function usedElsewhere(dataset: string, clone: string): WarmdockError {
  return new WarmdockError(
    'CONFLICT',
    `${dataset} cannot be destroyed: ${clone}, which is not this store's, was cloned from it`,
    { hint: `Give that one its own snapshot, \`zfs promote ${clone}\`, or destroy it.` },
  );
}

/** A dataset below it, which a snapshot of it does not have. */
export async function childOf(dataset: string, options?: CallOptions): Promise<string | undefined> {
  const args = ['list', '-H', '-o', 'name', '-t', 'filesystem,volume', '-d', '1', dataset];
  const names = (await runZfs(args, options)).split('\n').filter(Boolean);
  return names.find((name) => name !== dataset);
}

/** All of a store are right below one dataset; those that are no clone have `-` for an origin. */
async function siblingsOf(dataset: string, options?: CallOptions) {
  const parent = dataset.slice(0, dataset.lastIndexOf('/'));
  const args = ['list', '-H', '-o', 'name,origin', '-t', 'filesystem', '-d', '1', parent];
  const lines = (await runZfs(args, options)).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [name = '', origin = ''] = line.split('\t');
    return { name, origin };
  });
}

async function runPatiently(args: readonly string[], options?: CallOptions): Promise<void> {
  const end = performance.now() + busyMs;
  for (;;) {
    try {
      await runZfs(args, options);
      return;
    } catch (error) {
      if (!busy.test(messageOf(error)) || performance.now() > end) throw error;
    }
    await delay(pollMs, undefined, options);
  }
}

export function runZfs(args: readonly string[], options?: CallOptions): Promise<string> {
  return runProgram(`zfs ${args.join(' ')}`, 'zfs', args, options);
}

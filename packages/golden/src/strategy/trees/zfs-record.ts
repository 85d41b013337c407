import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { isDatasetName } from './zfs-dataset.js';

/** The record of a tree's dataset; beside the tree, so that both are renamed together. */
export const datasetRecord = (tree: string): string => join(dirname(tree), 'dataset');

/**
 * Written before the dataset is made: one without a record would stay for ever. A pool keeps this
 * order on disk too.
 */
export async function writeDataset(tree: string, dataset: string): Promise<void> {
  await writeFile(datasetRecord(tree), `${dataset}\n`, { mode: 0o600, flag: 'wx' });
}

/** `undefined` without a record. Throws `CONFLICT` for the name of a dataset that is not a store's. */
export async function readDataset(tree: string): Promise<string | undefined> {
  const path = datasetRecord(tree);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const dataset = text?.trim();
  if (dataset === undefined || isDatasetName(dataset)) return dataset;
  throw new WarmdockError(
    'CONFLICT',
    `${path} names ${JSON.stringify(dataset)}, no tree of a store`,
  );
}

/** Throws `CONFLICT`. */
export async function existingDataset(tree: string): Promise<string> {
  const dataset = await readDataset(tree);
  if (dataset !== undefined) return dataset;
  throw new WarmdockError('CONFLICT', `${tree} is no dataset of this store`, {
    hint: 'The store was changed from outside: build the golden anew.',
  });
}

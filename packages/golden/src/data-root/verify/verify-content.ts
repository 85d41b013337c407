import { join } from 'node:path';
import { readBolt } from '../../bolt/bolt-file.js';
import { bucketAt } from '../../bolt/bucket-at.js';
import type { BoltBucket } from '../../bolt/buckets.js';
import {
  buildkitContent,
  containerdContent,
  containerdMetadata,
  containerdRoots,
} from '../tree.js';
import { treeStat } from '../tree-files.js';
import type { TreeProblem } from './problem.js';

/** A content store, and the database that says what is in it; relative to the tree. */
export interface ContentStoreAt {
  readonly folder: string;
  readonly database: string;
}

/** The classic store's BuildKit has one in containerd's format. */
export const contentStores: readonly ContentStoreAt[] = [
  { folder: buildkitContent, database: 'docker/buildkit/containerdmeta.db' },
  ...containerdRoots.map((root) => ({
    folder: `${root}/${containerdContent}`,
    database: `${root}/${containerdMetadata}`,
  })),
];

/** Every blob that a database knows is there. */
export function* verifyContent(
  tree: string,
  { folder, database }: ContentStoreAt,
): Generator<TreeProblem> {
  if (treeStat(tree, database) === undefined) return;
  for (const digest of digestsOf(readBolt(join(tree, database)))) {
    const at = `${folder}/blobs/${digest.replace(':', '/')}`;
    if (!/^[a-z0-9]+:[0-9a-f]+$/.test(digest)) continue;
    const stat = treeStat(tree, at);
    if (stat === undefined) yield { at, text: 'is missing' };
    else if (!stat.isFile()) yield { at, text: 'is no file' };
  }
}

/** Of all namespaces: blobs are kept once. */
function digestsOf(metadata: BoltBucket): Set<string> {
  const namespaces = bucketAt(metadata, 'v1')?.buckets.values() ?? [];
  const blobs = [...namespaces].map((namespace) => bucketAt(namespace, 'content', 'blob'));
  return new Set(blobs.flatMap((bucket) => [...(bucket?.buckets.keys() ?? [])]));
}

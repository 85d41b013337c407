import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readBolt } from '../../bolt/bolt-file.js';
import { bucketAt } from '../../bolt/bucket-at.js';
import { containerdSnapshots } from '../containerd-snapshots.js';
import { containerdMetadata, containerdOverlayfs } from '../tree.js';
import { treeStat } from '../tree-files.js';
import type { TreeProblem } from './problem.js';

/** The overlayfs snapshots of a containerd, whose root is relative to the tree. */
export function* verifySnapshots(tree: string, containerd: string): Generator<TreeProblem> {
  const folder = `${containerd}/${containerdOverlayfs}`;
  const snapshots = containerdSnapshots(tree, containerd);
  const keys = new Set(snapshots.map(({ key }) => key));
  for (const { key, id, parent } of snapshots) {
    const at = `${folder}/snapshots/${id}`;
    if (!hasContent(tree, at)) yield { at, text: `of snapshot ${key} is missing` };
    if (parent !== undefined && !keys.has(parent)) {
      yield { at, text: `of snapshot ${key} lies on ${parent}, which is unknown` };
    }
  }
  for (const name of namesInMetadata(tree, `${containerd}/${containerdMetadata}`)) {
    const at = `${folder}/metadata.db`;
    if (!keys.has(name)) yield { at, text: `does not know snapshot ${name}` };
  }
}

/** The folder, or what the link there leads to, has files in `fs`. */
function hasContent(tree: string, at: string): boolean {
  if (treeStat(tree, at) === undefined) return false;
  return statSync(join(tree, at, 'fs'), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Snapshots that containerd's own database expects the snapshotter to have. */
function namesInMetadata(tree: string, database: string): string[] {
  if (treeStat(tree, database) === undefined) return [];
  const namespaces = bucketAt(readBolt(join(tree, database)), 'v1')?.buckets.values() ?? [];
  return [...namespaces].flatMap((namespace) => {
    const known = bucketAt(namespace, 'snapshots', 'overlayfs')?.buckets.values() ?? [];
    return [...known].flatMap(({ values }) => values.get('name')?.toString('latin1') ?? []);
  });
}

import { join } from 'node:path';
import { readBolt } from '../bolt/bolt-file.js';
import { bucketAt } from '../bolt/bucket-at.js';
import type { BoltBucket } from '../bolt/buckets.js';
import { readUvarint } from '../bolt/uvarint.js';
import { containerdOverlayfs } from './tree.js';
import { treeStat } from './tree-files.js';

/** A snapshot of containerd's overlayfs snapshotter. */
export interface ContainerdSnapshot {
  readonly key: string;
  /** Name of its folder in `snapshots`. */
  readonly id: string;
  /** Others are active, or views that BuildKit makes for a while. */
  readonly isCommitted: boolean;
  /** Key of the parent snapshot. */
  readonly parent: string | undefined;
}

/** `kind` in the database: 1 is a view, 2 active, 3 committed. */
const COMMITTED = 3;

/** `containerd` is its root, relative to the tree; throws `PROTOCOL` for a damaged database. */
export function containerdSnapshots(tree: string, containerd: string): ContainerdSnapshot[] {
  const database = `${containerd}/${containerdOverlayfs}/metadata.db`;
  if (treeStat(tree, database) === undefined) return [];
  const snapshots = bucketAt(readBolt(join(tree, database)), 'v1', 'snapshots');
  return [...(snapshots?.buckets ?? [])].map(([key, bucket]) => snapshotOf(key, bucket));
}

function snapshotOf(key: string, { values }: BoltBucket): ContainerdSnapshot {
  const parent = values.get('parent')?.toString('latin1');
  return {
    key,
    id: String(readUvarint(values.get('id') ?? Buffer.of(0))),
    isCommitted: values.get('kind')?.[0] === COMMITTED,
    parent: parent === '' ? undefined : parent,
  };
}

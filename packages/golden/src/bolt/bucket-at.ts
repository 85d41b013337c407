import type { BoltBucket } from './buckets.js';

/** The bucket under these names, each within the one before; `undefined` where there is none. */
export function bucketAt(root: BoltBucket, ...names: readonly string[]): BoltBucket | undefined {
  return names.reduce<BoltBucket | undefined>((bucket, name) => bucket?.buckets.get(name), root);
}

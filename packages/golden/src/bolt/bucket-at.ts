import type { BoltBucket } from './buckets.js';

/** The bucket at this path of names; `undefined` where there is none. */
export function bucketAt(root: BoltBucket, ...names: readonly string[]): BoltBucket | undefined {
  return names.reduce<BoltBucket | undefined>((bucket, name) => bucket?.buckets.get(name), root);
}

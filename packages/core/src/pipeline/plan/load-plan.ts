import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { FailedWay, LoadWay } from './load-way.js';

/**
 * What has to be done so that the daemon holds the image under its tags.
 *
 * `unchanged`: it has the image, and every tag names it. `retag`: it has the image, and tags move.
 * `thin`: it has some layers, and the `missing` ones are sent. `full`: no layer is known to be there,
 * and all are sent. `sizeBytes` are those of the missing layers together.
 */
export type LoadPlan = {
  /** Why, for people. */
  readonly reason: string;
  /** What the daemon calls the image: the config digest on the classic store, else the manifest's or index's. */
  readonly imageId: Digest;
  /** Different layers of the image. */
  readonly layersTotal: number;
} & (
  | { readonly outcome: 'unchanged' | 'retag' }
  | {
      readonly outcome: 'thin' | 'full';
      readonly missing: readonly Descriptor[];
      readonly sizeBytes: number;
    }
);

/** What was done, with its cost. */
export interface LoadResult {
  /** As planned, or `in-place` where the daemon was the builder itself. */
  readonly outcome: LoadPlan['outcome'] | 'in-place';
  readonly reason: string;
  /** How the image came; absent for `in-place`. */
  readonly via?: LoadWay | undefined;
  /** Ways that were tried before; absent when the first one served. */
  readonly failedWays?: readonly FailedWay[] | undefined;
  readonly imageId: Digest;
  readonly tags: readonly string[];
  readonly layersTotal: number;
  readonly layersSent: number;
  /** Bytes of layers, config and manifests that went to the daemon. */
  readonly bytesSent: number;
  readonly timingsMs: Timings;
}

/** Wall-clock milliseconds of each phase; phases overlap, so they need not add up to `total`. */
export interface Timings {
  readonly connect: number;
  readonly solve: number;
  readonly compare: number;
  readonly load: number;
  readonly total: number;
}

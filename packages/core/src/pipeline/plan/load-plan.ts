import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';

interface Planned {
  /** Why, for people. */
  readonly reason: string;
  /** What the daemon calls the image: the config digest on the classic store, else the manifest's or index's. */
  readonly imageId: Digest;
  /** Different layers of the image. */
  readonly layersTotal: number;
}

/** What has to be done so that the daemon holds the image under its tags. */
export type LoadPlan =
  /** The daemon has the image and every tag names it. */
  | (Planned & { readonly outcome: 'unchanged' })
  /** The daemon has the image; tags move. */
  | (Planned & { readonly outcome: 'retag' })
  /** Some layers are there; `missing` are sent, `sizeBytes` together. */
  | (Planned & {
      readonly outcome: 'thin';
      readonly missing: readonly Descriptor[];
      readonly sizeBytes: number;
    })
  /** No layer is known to be there; all are sent. */
  | (Planned & {
      readonly outcome: 'full';
      readonly missing: readonly Descriptor[];
      readonly sizeBytes: number;
    });

/** What was done, with its cost. */
export interface LoadResult {
  /** As planned, or `in-place` where the daemon was the builder itself. */
  readonly outcome: LoadPlan['outcome'] | 'in-place';
  readonly reason: string;
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

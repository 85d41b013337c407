import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { CallOptions, ImageSource } from '../content.js';

/** How an image is copied. */
export interface CopyOptions extends CallOptions {
  /** Which of an image's platforms, as `linux/arm64`; default all. */
  readonly platforms?: readonly string[] | undefined;
  /** Whether what refers to the image, signatures and SBOMs, is copied too; default false. */
  readonly referrers?: boolean | undefined;
  /** How many blobs move at a time; default 6. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** What has happened to one blob. */
export interface CopyProgress {
  readonly blob: Descriptor;
  readonly state: BlobState | 'moving';
  /** Bytes of the blob that have moved so far. */
  readonly movedBytes: number;
}

/** `present`: it was there; `mounted`: taken over from a neighbour; `copied`: moved. */
export type BlobState = 'present' | 'mounted' | 'copied';

/** What a copy has come to. */
export interface CopyResult {
  /** What the destination's name now names. */
  readonly image: Descriptor;
  readonly blobs: Readonly<Record<BlobState, number>>;
  readonly movedBytes: number;
}

/** Where an image is copied from: a repository, a layout, memory. */
export interface CopySource extends ImageSource {
  /** What refers to an image, where the place knows. */
  referrers?(subject: Digest, options?: CallOptions): AsyncIterable<Descriptor>;
}

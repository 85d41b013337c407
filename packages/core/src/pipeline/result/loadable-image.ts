import type { ContentSource, UnsizedDescriptor } from '../../content/content.js';
import type { Digest } from '../../oci/digest.js';

/** An image that can be loaded into a daemon, wherever its blobs are. */
export interface LoadableImage {
  /** Digest of the manifest, or of the index for several platforms or attestations. */
  readonly digest: Digest;
  /** Digest of the image config; absent when the image is an index, or nobody told. */
  readonly configDigest?: Digest;
  /** The names that it gets in the daemon. */
  readonly tags: readonly string[];
  /** The manifest or index; absent when nobody described it, which makes it a manifest. */
  readonly descriptor?: UnsizedDescriptor | undefined;
  /** Where the image's blobs can be read. */
  readonly content: ContentSource;
  readonly timingsMs: { readonly connect: number; readonly solve: number };
}

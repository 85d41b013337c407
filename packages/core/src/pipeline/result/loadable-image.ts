import type { ContentSource, UnsizedDescriptor } from '../../content/content.js';
import type { Digest } from '../../oci/digest.js';
import type { LoadWay } from '../plan/load-way.js';

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
  /** How its blobs come here; default `direct`. All of them are sent of an `archive`. */
  readonly via?: LoadWay | undefined;
  /** Other ways to the same image, for when the connection to `content` fails. */
  readonly fallbacks?: readonly LoadFallback[] | undefined;
}

/** Another way to an image; dispose of what it opens after the load. */
export interface LoadFallback {
  readonly via: LoadWay;
  open(): Promise<LoadableImage & AsyncDisposable>;
}

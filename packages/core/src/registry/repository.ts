import type { CallOptions, ContentSource, ContentStore, Target } from '../content/content.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';

export interface ReferrersOptions extends CallOptions {
  /** Only those of this type; default all. */
  readonly artifactType?: string | undefined;
}

/** A descriptor in a list of referrers, which tells what they are. */
export interface Referrer extends Descriptor {
  readonly artifactType?: string;
}

/**
 * One repository of a registry: its manifests and blobs, and the tags that name them.
 *
 * A manifest is a blob to `exists`, `fetch` and `push`: its media type tells which it is.
 */
export interface Repository extends ContentSource, ContentStore, Target, AsyncDisposable {
  /** `host[:port]`, such as `docker.io`. */
  readonly registry: string;
  /** Below the registry, such as `library/debian`. */
  readonly path: string;
  /** Tags in the registry's order, page by page. */
  tags(options?: CallOptions): AsyncIterable<string>;
  /** What refers to a manifest: signatures, SBOMs. By the API, or by the tag scheme where there is none. */
  referrers(subject: Digest, options?: ReferrersOptions): AsyncIterable<Referrer>;
  /** Removes a manifest with its tags, or a tag alone where the registry can. Throws `NOT_FOUND`, `UNSUPPORTED`. */
  delete(name: Digest | { readonly tag: string }, options?: CallOptions): Promise<void>;
}

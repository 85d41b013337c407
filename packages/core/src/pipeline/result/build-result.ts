import type { ContentSource } from '../../content/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';

/** What a solve produced. */
export interface BuildResult {
  /** By which the builder knows the solve, in its history as well. */
  readonly ref: string;
  /** Digest of the manifest, or of the index for several platforms or attestations. */
  readonly digest: Digest;
  /** Digest of the image config; absent when the result is an index. */
  readonly configDigest?: Digest;
  /** The plan's names for the image. */
  readonly tags: readonly string[];
  /** The manifest or index as the exporter described it; absent when its answer was not waited for. */
  readonly descriptor?: Descriptor | undefined;
  /**
   * Everything that the exporter answered, by BuildKit's keys such as `containerimage.digest`.
   *
   * It may come tens of milliseconds after the image: the builder writes its history of the build
   * first. Rejects when the connection to the builder breaks until then.
   */
  readonly exporterResponse: Promise<Readonly<Record<string, string>>>;
  /** Where the image's blobs can be read. */
  readonly content: ContentSource;
  readonly timingsMs: { readonly connect: number; readonly solve: number };
}

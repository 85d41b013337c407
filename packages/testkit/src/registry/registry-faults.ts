/**
 * What a registry does otherwise than the specification says, or than clients expect; each seen in a
 * real registry, or what a network does. All are off in the beginning, and may be changed at any time.
 */
export interface RegistryFaults {
  /** `Range` of an upload stays at the first chunk (ECR). */
  stuckRange?: boolean;
  /** A larger PATCH or PUT with a body is 416 (GHCR). */
  maxRequestBytes?: number;
  /** The smallest chunk but the last, told by `OCI-Chunk-Min-Length`. */
  minChunkBytes?: number;
  /** The PUT that ends an upload is refused, though all is stored (ECR). */
  refusesEnd?: boolean;
  /** Blobs come from another origin: one that answers 400 to an `Authorization`, or wants a token of its own. */
  redirectsBlobs?: 'strict' | 'challenging';
  /** Blobs redirect to themselves. */
  redirectsForEver?: boolean;
  /** What a blob's redirect, or a new upload's `Location`, says. */
  location?: string;
  /** How the `Location` of an upload is written. */
  locationForm?: 'relative' | 'portless' | 'signed';
  /** The status of every mount. */
  mountStatus?: number;
  /** A manifest whose subject is not there is MANIFEST_BLOB_UNKNOWN (GitLab). */
  wantsSubject?: boolean;
  /** There is no referrers API. */
  noReferrers?: boolean;
  /** `Docker-Content-Digest` is another one. */
  wrongDigest?: boolean;
  /** HEAD of a manifest tells another length than GET has (Harbor). */
  wrongHeadLength?: boolean;
  /** HEAD answers without a digest. */
  noDigest?: boolean;
  /** Tag lists are null, or hold digests too. */
  tagLists?: 'null' | 'digests';
  /** Larger pages are refused (ECR). */
  maxPage?: number;
  /** Each answer with a blob breaks off after this part of the whole blob. */
  cutsBlobsAfter?: number;
  /** How many more of these answers break off; default all. */
  cutsLeft?: number;
  /** Each upload's connection breaks after this many bytes. */
  cutsUploadsAfterBytes?: number;
  /** Range requests are answered with the whole blob. */
  ignoresRange?: boolean;
  /** A blob's answer stops in the middle, and says nothing more. */
  stalls?: boolean;
  /** As many of the next requests are answered with this status. */
  next?: { count: number; status: number; headers?: Record<string, string> };
  /** Blobs have other bytes of the same length. */
  wrongBytes?: boolean;
  /** Blobs have fewer bytes than they should. */
  wrongLength?: boolean;
  /** Manifests and lists break off in the middle, with a fitting length. */
  truncatedJson?: boolean;
  /** Manifests come packed, asked for or not. */
  gzips?: boolean;
  /** All answers are those of HTTP/1.0: without a length, ended by the end of the connection. */
  http10?: boolean;
  /** All writes are refused with this code. */
  denies?: { status: number; code: string; message: string };
}

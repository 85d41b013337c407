import type { ContentSource } from '../content/content.js';
import type { Digest } from '../oci/digest.js';
import type { LoadResult } from './plan/load-plan.js';
import type { BuildResult } from './result/build-result.js';
import type { Provenance } from './result/provenance.js';

/** What a build gave. */
export interface BuildOutcome extends Omit<BuildResult, 'digest' | 'content'> {
  /** Absent when no output was an image. */
  readonly digest?: Digest;
  /** Present when the image was loaded. */
  readonly content?: ContentSource;
  /** Present when the image was loaded. */
  readonly load?: LoadResult;
  /** See `BuildRequest.withProvenance`; comes after the exporter's answer. */
  readonly provenance?: Promise<ReadonlyMap<string, Provenance>> | undefined;
}

/** A build whose image is in the daemon. */
export interface LoadedBuild extends BuildOutcome {
  readonly digest: Digest;
  readonly content: ContentSource;
  readonly load: LoadResult;
}

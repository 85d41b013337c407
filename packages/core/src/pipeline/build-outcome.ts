import type { LoadResult } from './plan/load-plan.js';
import type { BuildResult } from './result/build-result.js';
import type { Provenance } from './result/provenance.js';

/** A build and its load, in one. */
export interface LoadedBuild extends BuildResult {
  readonly load: LoadResult;
}

/** A build whose result went elsewhere than into the daemon; `digest` is absent when no output was an image. */
export interface ExportedBuild
  extends Partial<Pick<BuildResult, 'digest' | 'configDigest' | 'descriptor'>>,
    Pick<BuildResult, 'ref' | 'tags' | 'exporterResponse' | 'timingsMs'> {
  readonly load?: undefined;
}

/** What `build` gives: with `load` when the image was loaded. */
export type BuildOutcome = (LoadedBuild | ExportedBuild) & {
  /** See `BuildRequest.withProvenance`; comes after the exporter's answer. */
  readonly provenance?: Promise<ReadonlyMap<string, Provenance>> | undefined;
};

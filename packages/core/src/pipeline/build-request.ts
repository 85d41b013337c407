import type { GrpcClient } from '../buildkit/grpc-client.js';
import type { Engine } from '../engine/engine.js';
import type { WantedBuilder } from './builders/open-builder.js';
import type { BuildOptions } from './plan/build-plan.js';
import type { WayOptions } from './plan/choose-ways.js';

/** What is built, on which builder, and into which daemon it goes. */
export interface BuildRequest extends BuildOptions, WayOptions {
  /**
   * A builder's address (`tcp://`, `unix://`, `docker-container://`) or name in buildx's store, what
   * `explainBuilder` chose, or an open connection that is kept for further builds. Default: the one that
   * buildx would choose.
   */
  readonly builder?: WantedBuilder;
  /** What speaks gRPC to the builder, unless it is an open connection; default `WARMDOCK_GRPC`, else `builtin`. */
  readonly grpc?: GrpcClient | undefined;
  /**
   * Whether buildx is to make and start the container of a builder of its driver docker-container when
   * it is needed and does not run, default true.
   */
  readonly bootstrap?: boolean | undefined;
  /** The daemon to load into: its address, or an open connection. Default: as the docker CLI finds it. */
  readonly engine?: string | Engine | undefined;
  /**
   * Whether to ask the builder afterwards how it made the result, default false: `BuildOutcome.provenance`.
   * No attestation of the image is needed for that.
   */
  readonly withProvenance?: boolean | undefined;
}

/** A request for a build whose image is loaded, and nothing else. */
export interface LoadingBuildRequest extends BuildRequest {
  readonly outputs?: undefined;
  readonly push?: false | undefined;
  readonly load?: true | undefined;
}

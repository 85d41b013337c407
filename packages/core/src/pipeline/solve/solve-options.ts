import type { FrontendResult } from '../../buildkit/frontend-result.js';
import type { Attachable } from '../../buildkit/session/attachable.js';
import type { SessionStores } from '../../buildkit/session/content-store.js';
import type { CacheBackend, Exporter, Solved } from '../../buildkit/solve.js';
import type { SharedContexts } from './shared-contexts.js';

/** What ties a build to others of the same pass. */
export interface LinkedBuilds {
  /** Results of other builds on this builder, by the names that `target:NAME` contexts give them. */
  readonly targets?: ReadonlyMap<string, FrontendResult> | undefined;
  /**
   * Called once every step is done, with what other builds can begin with. Export and load follow
   * when the promise is fulfilled; a rejection fails the build.
   */
  readonly onResult?: ((result: FrontendResult) => Promise<unknown>) | undefined;
  /** Directories that other builds of the pass read too. */
  readonly shared?: SharedContexts | undefined;
}

/** What stands ready for the builder beside a plan's directories, secrets and credentials. */
export interface SolveServices {
  readonly attachables: readonly Attachable[];
  /** Content stores of the session. */
  readonly stores: SessionStores;
  /** With their credentials, which a plan does not hold. */
  readonly cacheImports: readonly CacheBackend[];
  readonly cacheExports: readonly CacheBackend[];
}

export const noServices: SolveServices = {
  attachables: [],
  stores: new Map(),
  cacheImports: [],
  cacheExports: [],
};

/** These services and those. */
export function addServices(one: SolveServices, other: Partial<SolveServices>): SolveServices {
  return {
    attachables: [...one.attachables, ...(other.attachables ?? [])],
    stores: new Map([...one.stores, ...(other.stores ?? [])]),
    cacheImports: [...one.cacheImports, ...(other.cacheImports ?? [])],
    cacheExports: [...one.cacheExports, ...(other.cacheExports ?? [])],
  };
}

/** What a solve is asked for beside the plan. */
export interface PlanSolveOptions {
  /** Default an image in the builder's content store; none leaves the result in its cache. */
  readonly exporters?: readonly Exporter[] | undefined;
  /** As in `SolveRequest`. */
  readonly oldExporter?: Exporter | undefined;
  readonly services?: SolveServices | undefined;
  readonly links?: LinkedBuilds | undefined;
}

/** A solve under way, with the time that it took to connect and to solve. */
export interface TimedSolve extends Solved {
  readonly timingsMs: { readonly connect: number; readonly solve: number };
}

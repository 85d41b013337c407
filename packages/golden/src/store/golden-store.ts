import type { CallOptions } from '@warmdock/core/oci';
import type { ImageStore } from '../data-root/tree.js';
import type { StrategyName } from '../strategy/strategy.js';

/**
 * Golden generations and the sessions cloned from them, below one folder.
 *
 * Names of projects and sessions are 1 to 64 letters, digits, `.`, `_` and `-`, beginning with a
 * letter or digit. Every call throws `INVALID_ARGUMENT` for other names, `NOT_FOUND` for a project,
 * session or generation that is not there, `CONFLICT` where somebody uses what is to be changed,
 * `UNAVAILABLE` for a full disk, and `CANCELLED`. What was there before stays whole in every case.
 */
export interface GoldenStore {
  /** Absolute. */
  readonly root: string;
  readonly strategy: StrategyName;
  /** Why this strategy: which ones were tried before it, and what they said. */
  readonly reason: string;
  /** What opening it finished or undid of what killed processes left, one line each. */
  readonly mended: readonly string[];
  /**
   * Makes a session's data root from the current generation; takes O(layers) or O(1). Throws
   * `NOT_FOUND` when the project has no golden, unless `allowEmpty` says that it may start from nothing.
   */
  clone(options: CloneOptions): Promise<Clone>;
  /**
   * Makes the session's tree the project's next and current generation; the session ends with it.
   * Throws `CONFLICT` when a daemon still runs on it or left mounts or containers, when the project's
   * current generation is no longer the one that the session was cloned from, and when it was made
   * before this machine started. On disk, and safe from power cuts, when it returns.
   */
  promote(options: PromoteOptions): Promise<Promotion>;
  /**
   * Removes a session, also one whose record cannot be read; throws `CONFLICT` when a daemon still
   * runs on it or left mounts.
   */
  release(options: SessionOptions): Promise<void>;
  /**
   * Removes a project: its generations with what only they held in the pool, and all that is kept of
   * its golden builds: states, logs, requests, deliveries of webhooks. Throws `CONFLICT` while sessions
   * use it, or a golden build or promotion is under way.
   */
  remove(options: ProjectOptions): Promise<Removal>;
  list(options?: CallOptions): Promise<StoreListing>;
  inspect(options: ProjectOptions): Promise<ProjectInspection>;
  /** Looks at generations of a project; finds, and changes nothing. */
  verify(options: VerifyOptions): Promise<Verification>;
  /** Removes generations that nobody needs, and what only they held in the pool. */
  gc(options?: GcOptions): Promise<Collection>;
  /** Finishes or undoes what a killed process left, as `openStore` did, and empties the trash. */
  recover(options?: CallOptions): Promise<Recovery>;
  /** Adds up what lies on disk: looks at every file that is not pooled. */
  usage(options?: CallOptions): Promise<Usage>;
}

export interface OpenStoreOptions extends CallOptions {
  /**
   * Fail when this strategy does not work here, or is not the one that the store was made with.
   * Default for a new store: the first that works of `btrfs`, `zfs`, `layer-link`, `reflink`, `copy`.
   */
  readonly require?: StrategyName | undefined;
  /** Throw `NOT_FOUND` rather than make a new store; default false. */
  readonly mustExist?: boolean | undefined;
  /** Told after each step of every operation, for progress. */
  readonly onStep?: OnStep | undefined;
}

/** Told after a step is done, before the next begins. Names are stable, like `promote:journal`. */
export type OnStep = (step: string) => void;

export interface ProjectOptions extends CallOptions {
  readonly project: string;
}

export interface SessionOptions extends CallOptions {
  readonly session: string;
}

/** What a container runtime or an orchestrator has to mount for a session's daemon. */
export interface Mount {
  readonly source: string;
  /** The same path as the source: links between the folders are absolute. */
  readonly target: string;
  readonly readOnly: boolean;
}

export interface CloneOptions extends ProjectOptions {
  /** Unique among all projects of the store. */
  readonly session: string;
  /** Start from this generation; default: the current one. */
  readonly generation?: number | undefined;
  /** Start from an empty tree where the project has no golden, rather than throw `NOT_FOUND`; default false. */
  readonly allowEmpty?: boolean | undefined;
}

export interface Clone {
  readonly project: string;
  readonly session: string;
  /** dockerd's `--data-root`. */
  readonly dataRoot: string;
  /**
   * For the root of a containerd that runs apart from dockerd; it exists in clones of a generation
   * that had one, and may be made and used in a session that starts from nothing.
   */
  readonly containerdRoot: string;
  readonly mounts: readonly Mount[];
  /** `WARMDOCK_GOLDEN_PROJECT`, `_SESSION`, `_GENERATION` (empty for none), `_DATA_ROOT`. */
  readonly env: Readonly<Record<string, string>>;
  readonly strategy: StrategyName;
  readonly reason: string;
  /** `undefined`: there is no golden yet, the data root is empty. */
  readonly generation: number | undefined;
  /** The store that the daemon must be configured for; `undefined` when the data root is empty. */
  readonly imageStore: ImageStore | undefined;
  readonly timings: { readonly totalMs: number };
}

/** What the process that ran the start-up script saw; a proof is never read from a data root. */
export interface Proof {
  readonly buildId: string;
  readonly exitCode: 0;
}

export interface PromoteOptions extends SessionOptions {
  readonly proof: Proof;
  /** Names of the images that the daemon had at the end, for `inspect` and for people. */
  readonly images?: readonly string[] | undefined;
}

export interface Promotion {
  readonly project: string;
  readonly generation: number;
  /** What a daemon on it takes for its own, and how much of that is new in the store. */
  readonly sizeBytes: number;
  readonly addedBytes: number;
  readonly timings: { readonly totalMs: number };
}

/** One generation, as its manifest tells. */
export interface Generation {
  readonly generation: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The generation that it was built from. */
  readonly base: number | undefined;
  readonly buildId: string;
  readonly imageStore: ImageStore | undefined;
  readonly images: readonly string[];
  /** `undefined` where layers are not kept apart. */
  readonly layers: number | undefined;
  /** What a daemon on it takes for its own. */
  readonly sizeBytes: number;
  readonly addedBytes: number;
}

export interface SessionSummary {
  readonly session: string;
  readonly project: string;
  readonly generation: number | undefined;
  readonly createdAt: string;
  /**
   * It was made before this machine started: what had not reached the disk then is missing in it, and
   * it cannot be promoted.
   */
  readonly isOfEarlierBoot: boolean;
  readonly dataRoot: string;
}

export interface ProjectSummary {
  readonly project: string;
  /** `undefined`: no golden yet. */
  readonly current: number | undefined;
  readonly generations: readonly number[];
  readonly sessions: readonly string[];
}

/** What of a store's records cannot be read, and was passed over: one line each. */
export interface PassedOver {
  readonly unreadable: readonly string[];
}

export interface StoreListing extends PassedOver {
  readonly projects: readonly ProjectSummary[];
  readonly sessions: readonly SessionSummary[];
}

export interface ProjectInspection extends PassedOver {
  readonly project: string;
  readonly current: number | undefined;
  readonly generations: readonly Generation[];
  readonly sessions: readonly SessionSummary[];
}

export interface VerifyOptions extends ProjectOptions {
  /** Default: all that the project has. */
  readonly generation?: number | undefined;
  /** Compare every pooled file's name, mode, owner, size and time, and blobs by content; default false. */
  readonly deep?: boolean | undefined;
}

export interface Problem {
  readonly generation: number;
  /** A path, relative to a clone of it or, for what is pooled, to the store. */
  readonly at: string;
  readonly text: string;
}

export interface Verification {
  readonly generations: readonly number[];
  readonly problems: readonly Problem[];
}

export interface GcOptions extends CallOptions {
  /** Generations to keep per project, those used last, besides the current and the leased; default 2. */
  readonly keep?: number | undefined;
  /** Say what would go, and remove nothing; default false. */
  readonly dryRun?: boolean | undefined;
}

/** Nothing is removed that a record among `unreadable` may need: for a session's, no generation is. */
export interface Collection extends PassedOver {
  readonly generations: readonly { readonly project: string; readonly generation: number }[];
  /** Entries of the pool that nothing refers to. */
  readonly pooled: number;
  readonly freedBytes: number;
  /** What was removed and cannot be deleted from the trash, with what to do, one line each. */
  readonly left: readonly string[];
}

export interface Removal {
  readonly project: string;
  /** Their numbers. */
  readonly generations: readonly number[];
  /** Entries of the pool that only they referred to. */
  readonly pooled: number;
  /** What the generations took on disk, as `usage` counts it. */
  readonly freedBytes: number;
}

export interface Recovery {
  /** What was found and what was done about it, one line each. */
  readonly actions: readonly string[];
}

export interface Usage extends PassedOver {
  /** The sum of what every daemon on every generation and session would call its own. */
  readonly apparentBytes: number;
  /** What generations take on disk, with what they share, also with sessions, counted once. */
  readonly sharedBytes: number;
  readonly sessions: readonly {
    readonly session: string;
    /** What it takes by itself; `undefined` where the file system does not tell. */
    readonly uniqueBytes: number | undefined;
  }[];
}

import type { CallOptions } from '@warmdock/core/oci';
import type { ImageStore } from '../data-root/tree.js';
import type { StrategyName } from '../strategy/strategy.js';

/**
 * Golden generations and the sessions cloned from them, in one folder.
 *
 * Names of projects and sessions are 1 to 64 letters, digits, `.`, `_` and `-`, beginning with a
 * letter or digit. Every call throws `INVALID_ARGUMENT` for other names, `NOT_FOUND` for an unknown
 * project, session or generation, `CONFLICT` for what is in use, `UNAVAILABLE` for a full disk, and
 * `CANCELLED`. A call that throws leaves everything as it was.
 */
export interface GoldenStore {
  /** Absolute. */
  readonly root: string;
  readonly strategy: StrategyName;
  /** Why this strategy was chosen: which ones were tried before it, and why they do not work here. */
  readonly reason: string;
  /** What opening the store finished or undid after killed processes, one line each. */
  readonly repaired: readonly string[];
  /**
   * Makes a session's data root from the current generation, in O(layers) or O(1). Throws
   * `NOT_FOUND` when the project has no golden, unless `allowEmpty` is set.
   */
  clone(request: CloneRequest, context?: CallOptions): Promise<Clone>;
  /**
   * Makes the session's tree the project's next and current generation; the session ends with it.
   * The generation survives a power cut once the call returns.
   *
   * Throws `CONFLICT` when a daemon still runs on the tree or left mounts or containers, when the
   * session was not cloned from the current generation, and when it is older than the last boot.
   */
  promote(request: PromoteRequest, context?: CallOptions): Promise<Promotion>;
  /**
   * Removes a session, even one whose record cannot be read. Throws `CONFLICT` when a daemon still
   * runs on it or left mounts.
   */
  release(request: SessionRequest, context?: CallOptions): Promise<void>;
  /**
   * Removes a project: its generations, the layers that only they use, and its golden builds' states,
   * logs, queue and webhook deliveries. Throws `CONFLICT` while sessions use the project, or a golden
   * build or promotion runs.
   */
  remove(request: ProjectRequest, context?: CallOptions): Promise<Removal>;
  /** Lists all projects and sessions. */
  list(context?: CallOptions): Promise<StoreListing>;
  /** Describes one project's generations and sessions. */
  inspect(request: ProjectRequest, context?: CallOptions): Promise<ProjectInspection>;
  /** Looks for damage in a project's generations; changes nothing. */
  verify(request: VerifyRequest, context?: CallOptions): Promise<Verification>;
  /** Removes generations that nobody needs, and the layers that only they use. */
  gc(request?: GcRequest, context?: CallOptions): Promise<GarbageCollection>;
  /** Finishes or undoes what killed processes left, as `openStore` does, and empties the trash. */
  recover(context?: CallOptions): Promise<Recovery>;
  /** Adds up what the store takes on disk, by looking at every file that is not pooled. */
  usage(context?: CallOptions): Promise<DiskUsage>;
}

/** Which strategy a store must have, and whether a new one may be made. */
export interface OpenStoreOptions {
  /**
   * The only strategy to accept; opening fails when it does not work here or is not the store's.
   * Default for a new store: the first that works of `btrfs`, `zfs`, `layer-link`, `reflink`, `copy`.
   */
  readonly strategy?: StrategyName | undefined;
  /** Throw `NOT_FOUND` instead of making a new store; default false. */
  readonly mustExist?: boolean | undefined;
}

/** What `openStore` takes beside its options. */
export interface OpenStoreContext {
  /** Cancels the opening. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step of every operation of the store, for progress. */
  readonly onStep?: OnStep | undefined;
}

/** Called when a step is done, before the next begins. Names are stable, like `promote:journal`. */
export type OnStep = (step: string) => void;

/** Names a project. */
export interface ProjectRequest {
  readonly project: string;
}

/** Names a session. */
export interface SessionRequest {
  readonly session: string;
}

/** A folder to mount for a session's daemon. */
export interface Mount {
  readonly source: string;
  /** The same path as the source: links between the folders are absolute. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Which session to make, and from what. */
export interface CloneRequest {
  readonly project: string;
  /** Unique among all projects of the store. */
  readonly session: string;
  /** Start from this generation; default: the current one. */
  readonly generation?: number | undefined;
  /** Start from an empty tree where the project has no golden, rather than throw `NOT_FOUND`; default false. */
  readonly allowEmpty?: boolean | undefined;
}

/** A session, and what its daemon has to be started with. */
export interface Clone {
  readonly project: string;
  readonly session: string;
  /** dockerd's `--data-root`. */
  readonly dataRoot: string;
  /**
   * `root` for an external containerd. The folder exists where the generation has one; a session that
   * starts from nothing may make it.
   */
  readonly containerdRoot: string;
  readonly mounts: readonly Mount[];
  /** `WARMDOCK_GOLDEN_PROJECT`, `_SESSION`, `_GENERATION` (empty for none), `_DATA_ROOT`. */
  readonly env: Readonly<Record<string, string>>;
  readonly strategy: StrategyName;
  readonly reason: string;
  /** `undefined` when there is no golden yet; the data root is empty then. */
  readonly generation: number | undefined;
  /** The image store to configure the daemon for; `undefined` when the data root is empty. */
  readonly imageStore: ImageStore | undefined;
  readonly timings: { readonly totalMs: number };
}

/** What the process that ran the start-up script saw. Nothing of it is read from the data root. */
export interface Proof {
  readonly buildId: string;
  readonly exitCode: 0;
}

/** Which session to promote, and why it may be. */
export interface PromoteRequest {
  readonly session: string;
  readonly proof: Proof;
  /** Names of the images that the daemon had at the end, for `inspect`. */
  readonly images?: readonly string[] | undefined;
}

/** The generation that a session became. */
export interface Promotion {
  readonly project: string;
  readonly generation: number;
  /** Disk space as a daemon on it sees it. */
  readonly sizeBytes: number;
  /** How much of `sizeBytes` is new in the store. */
  readonly addedBytes: number;
  readonly timings: { readonly totalMs: number };
}

/** One generation, from its manifest. */
export interface Generation {
  readonly generation: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The generation that it was built from. */
  readonly base: number | undefined;
  readonly buildId: string;
  readonly imageStore: ImageStore | undefined;
  readonly images: readonly string[];
  /** Number of pooled layers; `undefined` for strategies without a pool. */
  readonly layers: number | undefined;
  /** Disk space as a daemon on it sees it. */
  readonly sizeBytes: number;
  /** How much of `sizeBytes` it added to the store. */
  readonly addedBytes: number;
}

/** One session, from its record. */
export interface SessionSummary {
  readonly session: string;
  readonly project: string;
  readonly generation: number | undefined;
  readonly createdAt: string;
  /**
   * It is older than the machine's last boot. Files that had not reached the disk are missing in it,
   * so it cannot be promoted.
   */
  readonly isOfEarlierBoot: boolean;
  readonly dataRoot: string;
}

/** One project in a listing. */
export interface ProjectSummary {
  readonly project: string;
  /** `undefined` when the project has no golden yet. */
  readonly current: number | undefined;
  readonly generations: readonly number[];
  readonly sessions: readonly string[];
}

/** Records that could not be read and were skipped, one line each. */
export interface UnreadableRecords {
  readonly unreadable: readonly string[];
}

/** All of a store. */
export interface StoreListing extends UnreadableRecords {
  readonly projects: readonly ProjectSummary[];
  readonly sessions: readonly SessionSummary[];
}

/** All of one project. */
export interface ProjectInspection extends UnreadableRecords {
  readonly project: string;
  readonly current: number | undefined;
  readonly generations: readonly Generation[];
  readonly sessions: readonly SessionSummary[];
}

/** What to verify, and how thoroughly. */
export interface VerifyRequest {
  readonly project: string;
  /** Default: all of the project's generations. */
  readonly generation?: number | undefined;
  /** Also compare each pooled file's metadata, and each blob's content with its digest; default false. */
  readonly deep?: boolean | undefined;
}

/** Damage in a generation. */
export interface GenerationProblem {
  readonly generation: number;
  /** Path relative to a clone, or to the store for what is pooled. */
  readonly at: string;
  readonly text: string;
}

/** What a verification looked at and found. */
export interface Verification {
  readonly generations: readonly number[];
  readonly problems: readonly GenerationProblem[];
}

/** What a garbage collection keeps. */
export interface GcRequest {
  /** How many recently used generations to keep per project, beside those in use; default 2. */
  readonly keep?: number | undefined;
  /** Report what would be removed, and remove nothing; default false. */
  readonly dryRun?: boolean | undefined;
}

/** What was removed. Nothing goes that a record among `unreadable` may need. */
export interface GarbageCollection extends UnreadableRecords {
  readonly generations: readonly { readonly project: string; readonly generation: number }[];
  /** Number of removed pool entries: nothing referred to them. */
  readonly pooled: number;
  readonly freedBytes: number;
  /** What could not be deleted from the trash, with what to do, one line each. */
  readonly left: readonly string[];
}

/** What went with a project. */
export interface Removal {
  readonly project: string;
  /** Numbers of its generations. */
  readonly generations: readonly number[];
  /** Number of pool entries that only they used. */
  readonly pooled: number;
  /** Disk space of the generations, as `usage` counts it. */
  readonly freedBytes: number;
}

/** What a recovery did. */
export interface Recovery {
  /** What was found and what was done, one line each. */
  readonly actions: readonly string[];
}

/** Disk space of a store. */
export interface DiskUsage extends UnreadableRecords {
  /** The sum over all generations and sessions, as their daemons see it. */
  readonly apparentBytes: number;
  /** Disk space of all generations; what they share, also with sessions, counts once. */
  readonly sharedBytes: number;
  readonly sessions: readonly {
    readonly session: string;
    /** Disk space of this session alone; `undefined` where the file system does not tell. */
    readonly uniqueBytes: number | undefined;
  }[];
}

import type { CallOptions } from '@warmdock/core/oci';

/** Names of the ways to keep goldens, in the order in which they are tried. */
export const strategyNames = ['btrfs', 'zfs', 'layer-link', 'reflink', 'copy'] as const;

/** How a store keeps generations and makes clones of them. */
export type StrategyName = (typeof strategyNames)[number];

/** Whether a strategy works in a folder. */
export type Probe =
  | { readonly works: true }
  | { readonly works: false /** One clause, as in "…, since REASON". */; readonly reason: string };

/** A layer's folder in the pool, shared by all its generations. */
export interface PooledLayer {
  /** Its place in a tree. */
  readonly at: string;
  /** Its place in the pool: `TRANSACTION/NAME`. */
  readonly pool: string;
  /** Disk space. */
  readonly sizeBytes: number;
  /** Number of files, folders and everything else in it. */
  readonly entries: number;
  /** Digest of names, modes, owners, sizes, times and link targets: what `verify` compares. */
  readonly fingerprint: string;
}

/** What a generation is made of. */
export type Content =
  | {
      readonly kind: 'linked';
      /** Image layers: clones see them through symbolic links. */
      readonly layers: readonly PooledLayer[];
      /** Disk space of files that clones share by hard links: blobs, and what describes layers. */
      readonly sharedBytes: number;
      /** Fingerprint of those files, like a layer's. */
      readonly fingerprint: string;
      /** Disk space of what each clone copies. */
      readonly ownBytes: number;
      /** Disk space that the generation added to the store. */
      readonly addedBytes: number;
    }
  | {
      readonly kind: 'whole';
      /** Image layers and blobs, which never change, by their place in the tree. */
      readonly parts: readonly { readonly at: string; readonly sizeBytes: number }[];
      /** btrfs subvolumes in it, outer ones first: each is cloned by itself. */
      readonly subvolumes?: readonly string[] | undefined;
      readonly sizeBytes: number;
      readonly addedBytes: number;
    };

/** Disk space of a generation as a daemon on it sees it. */
export function contentBytes(content: Content): number {
  if (content.kind === 'whole') return content.sizeBytes;
  const { layers, sharedBytes, ownBytes } = content;
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, sharedBytes + ownBytes);
}

/** A generation as a strategy sees it. */
export interface Snapshot {
  readonly tree: string;
  readonly content: Content;
}

/** What sealing a tree depends on. */
export interface SealOptions {
  /** Names what this promotion adds to the pool; the same when it is repeated after a crash. */
  readonly transaction: string;
  /** Content of the generation that the tree was cloned from; `undefined` for none. */
  readonly base: Content | undefined;
}

/**
 * One way to keep generations and to clone them; each has a file in `drivers/`. Paths are absolute. A
 * `tree` to be made does not exist, but its parent does.
 */
export interface Strategy {
  readonly name: StrategyName;
  /** Tries the real operation in a folder of its own below `directory`, and removes that folder. */
  probe(directory: string, call?: CallOptions): Promise<Probe>;
  /** Makes the tree of a session that starts from nothing. */
  create(tree: string, call?: CallOptions): Promise<void>;
  /** Makes a writable tree with the snapshot's content. */
  clone(snapshot: Snapshot, tree: string, call?: CallOptions): Promise<void>;
  /** Throws `CONFLICT` when `seal` would refuse the tree; changes nothing. */
  assertSealable?(tree: string, options: SealOptions, call?: CallOptions): Promise<void>;
  /**
   * Turns a quiesced, cleaned tree in place into one that clones are made of. May be repeated after a
   * call that ended half-way.
   */
  seal(tree: string, options: SealOptions, call?: CallOptions): Promise<Content>;
  /** Moves the tree within the same store. */
  move(from: string, to: string, call?: CallOptions): Promise<void>;
  /** Mounts a tree again after the machine was restarted; for strategies whose trees are mounts. */
  attach?(tree: string, call?: CallOptions): Promise<void>;
  /** Removes a tree that nobody uses. Does nothing where there is none. */
  remove(tree: string, call?: CallOptions): Promise<void>;
  /** Disk space of a session's tree alone; `undefined` where it cannot be told. */
  uniqueBytes(tree: string, call?: CallOptions): Promise<number | undefined>;
}

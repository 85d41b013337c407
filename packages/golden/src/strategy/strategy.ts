import type { CallOptions } from '@warmdock/core/oci';

/** In the order in which they are tried. */
export const strategyNames = ['btrfs', 'zfs', 'layer-link', 'reflink', 'copy'] as const;

export type StrategyName = (typeof strategyNames)[number];

/** What trying a strategy's operation in a folder showed. */
export type Probe =
  | { readonly works: true }
  | { readonly works: false /** One clause, as in "…, since REASON". */; readonly reason: string };

/** A layer's folder, which lies once in the pool. */
export interface PooledLayer {
  /** Its place in a tree. */
  readonly at: string;
  /** Its place in the pool: `TRANSACTION/NAME`. */
  readonly pool: string;
  /** What it takes on disk. */
  readonly sizeBytes: number;
  /** Files, folders and all else in it. */
  readonly entries: number;
  /** Digest of names, modes, owners, sizes, times and link targets: what `verify` compares. */
  readonly fingerprint: string;
}

/** What a generation is made of. */
export type Content =
  | {
      readonly kind: 'linked';
      /** Clones see them through symbolic links. */
      readonly layers: readonly PooledLayer[];
      /** Files that are written once, of which clones see the very same: blobs, and what describes layers. */
      readonly sharedBytes: number;
      /** Of those files, as of a layer's. */
      readonly fingerprint: string;
      /** What is copied for each clone. */
      readonly ownBytes: number;
      /** What the generation added to the store. */
      readonly addedBytes: number;
    }
  | {
      readonly kind: 'whole';
      /** Image layers and blobs, by their place in the tree: they do not change any more. */
      readonly parts: readonly { readonly at: string; readonly sizeBytes: number }[];
      /** Subvolumes of btrfs in it, outer ones first: each is cloned by itself. */
      readonly subvolumes?: readonly string[] | undefined;
      readonly sizeBytes: number;
      readonly addedBytes: number;
    };

/** What a daemon on it would call its own. */
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

export interface SealOptions extends CallOptions {
  /** Names what this promotion adds to the pool; the same when it is repeated after a crash. */
  readonly transaction: string;
  /** Content of the generation that the tree was cloned from. */
  readonly base: Content | undefined;
}

/**
 * One way to keep generations and to make clones of them, in one file each. Paths are absolute; a
 * `tree` that is to be made does not exist, and its parent does.
 */
export interface Strategy {
  readonly name: StrategyName;
  /** Does the real operation once, in a folder of its own below `directory`, and removes it. */
  probe(directory: string, options?: CallOptions): Promise<Probe>;
  /** Makes the tree of a session that starts from nothing. */
  create(tree: string, options?: CallOptions): Promise<void>;
  /** Makes a tree that is the snapshot's, to be written to at will. */
  clone(snapshot: Snapshot, tree: string, options?: CallOptions): Promise<void>;
  /** Throws `CONFLICT` when `seal` would refuse the tree; changes nothing. */
  assertSealable?(tree: string, options: SealOptions): Promise<void>;
  /**
   * Turns a quiesced, cleaned tree, in place, into one that clones are made of. May be repeated on
   * a tree on which an earlier call ended half-way.
   */
  seal(tree: string, options: SealOptions): Promise<Content>;
  /** Gives the tree another place in the same store. */
  move(from: string, to: string, options?: CallOptions): Promise<void>;
  /** Makes a tree visible that a start of the machine may have hidden; for what has to be mounted. */
  attach?(tree: string, options?: CallOptions): Promise<void>;
  /** Removes a tree that nobody uses; does nothing where there is none. */
  remove(tree: string, options?: CallOptions): Promise<void>;
  /** What a session's tree takes on disk by itself, in bytes; `undefined` where it cannot be told. */
  uniqueBytes(tree: string, options?: CallOptions): Promise<number | undefined>;
}

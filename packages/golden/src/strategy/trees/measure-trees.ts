import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CallOptions } from '@warmdock/core/oci';

export interface TreeSizes {
  /** Blocks on disk; a file with several names counts once. */
  readonly sizeBytes: number;
  /** Like `sizeBytes`, without files that have hard links elsewhere. */
  readonly aloneBytes: number;
  readonly entries: number;
  /** SHA-256 over path, type, mode, owner, size, ns time, device and link target of everything. */
  readonly fingerprint: string;
}

/** How many files and folders to look at before yielding to the event loop. */
const atOnce = 500;

export interface MeasureOptions {
  /** Paths to skip, with everything below them. */
  readonly without?: ReadonlySet<string> | undefined;
  /** Skip what disappears meanwhile, because a daemon works there; default false. */
  readonly isLive?: boolean | undefined;
}

/** Measures the paths and everything below them together. Follows no link. */
export async function measureTrees(
  paths: readonly string[],
  { without = new Set(), isLive = false }: MeasureOptions = {},
  { signal }: CallOptions = {},
): Promise<TreeSizes> {
  const walk = {
    without,
    isLive,
    signal,
    hash: createHash('sha256'),
    links: new Map<bigint, bigint>(),
    blocks: 0n,
    aloneBlocks: 0n,
    entries: 0,
  };
  for (const path of paths) await visit(path, '', walk);
  return {
    sizeBytes: Number(walk.blocks) * 512,
    aloneBytes: Number(walk.aloneBlocks) * 512,
    entries: walk.entries,
    fingerprint: walk.hash.digest('hex'),
  };
}

interface Walk {
  readonly without: ReadonlySet<string>;
  readonly isLive: boolean;
  readonly signal: AbortSignal | undefined;
  readonly hash: Hash;
  /** How many links of a file were seen, by inode. */
  readonly links: Map<bigint, bigint>;
  blocks: bigint;
  aloneBlocks: bigint;
  entries: number;
}

async function visit(root: string, at: string, walk: Walk): Promise<void> {
  const path = at === '' ? root : join(root, at);
  if (walk.without.has(path)) return;
  if (++walk.entries % atOnce === 0) {
    walk.signal?.throwIfAborted();
    await setImmediate();
  }
  for (const name of look(path, at, walk)) await visit(root, join(at, name), walk);
}

/** Counts what is at a path; returns the names in it. */
function look(path: string, at: string, walk: Walk): string[] {
  try {
    const stat = lstatSync(path, { bigint: true });
    walk.hash.update(line(path, at, stat));
    count(stat, walk);
    return stat.isDirectory() ? readdirSync(path).sort() : [];
  } catch (error) {
    if (walk.isLive && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A file with several names is counted at the first, and as one that is alone at the last of all. */
function count(stat: BigIntStats, walk: Walk): void {
  const isShared = !stat.isDirectory() && stat.nlink > 1n;
  const seen = isShared ? (walk.links.get(stat.ino) ?? 0n) + 1n : 1n;
  if (isShared) walk.links.set(stat.ino, seen);
  if (seen === 1n) walk.blocks += stat.blocks;
  if (!isShared || seen === stat.nlink) walk.aloneBlocks += stat.blocks;
}

/** A folder's size says how its names are kept, not what they are; its time moves with its content. */
function line(path: string, at: string, stat: BigIntStats): string {
  const target = stat.isSymbolicLink() ? readlinkSync(path) : '';
  const size = stat.isDirectory() ? 0n : stat.size;
  const fields = [at, stat.mode, stat.uid, stat.gid, size, stat.mtimeNs, stat.rdev, target];
  return `${fields.join('\0')}\n`;
}

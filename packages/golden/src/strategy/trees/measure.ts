import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CallOptions } from '@warmdock/core/oci';

export interface Measure {
  /** Blocks on disk; a file with several names counts once. */
  readonly sizeBytes: number;
  /** The same without files that have names elsewhere: of which more links exist than are inside. */
  readonly aloneBytes: number;
  readonly entries: number;
  /** SHA-256 over path, type, mode, owner, size, ns time, device and link target of everything. */
  readonly fingerprint: string;
}

/** Of files and folders, between two looks at what else this process has to do. */
const atOnce = 500;

export interface MeasureOptions extends CallOptions {
  /** Paths to pass over, with all below them. */
  readonly without?: ReadonlySet<string> | undefined;
  /** A daemon works there: pass over what goes in the meantime; default false. */
  readonly isLive?: boolean | undefined;
}

/** Looks at the paths and at every file below them, as one whole; follows no link. */
export async function measure(
  paths: readonly string[],
  { without = new Set(), isLive = false, signal }: MeasureOptions = {},
): Promise<Measure> {
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

/** Counts what is at a path; answers with the names in it. */
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

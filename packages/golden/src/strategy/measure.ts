import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface Measure {
  /** Blocks on disk; a file with several names counts once. */
  readonly sizeBytes: number;
  readonly entries: number;
  /** SHA-256 over path, type, mode, owner, size, ns time, device and link target of everything. */
  readonly fingerprint: string;
}

export interface MeasureOptions {
  /** Leave out what has names elsewhere: files of which more links exist than are inside. */
  readonly withoutShared?: boolean;
}

/** Looks at the paths and at every file below them, as one whole; follows no link. */
export function measure(
  paths: readonly string[],
  { withoutShared = false }: MeasureOptions = {},
): Measure {
  const walk = {
    hash: createHash('sha256'),
    links: new Map<bigint, bigint>(),
    blocks: 0n,
    entries: 0,
  };
  for (const path of paths) visit(path, '', walk, withoutShared);
  return {
    sizeBytes: Number(walk.blocks) * 512,
    entries: walk.entries,
    fingerprint: walk.hash.digest('hex'),
  };
}

interface Walk {
  readonly hash: Hash;
  /** How many links of a file were seen, by inode. */
  readonly links: Map<bigint, bigint>;
  blocks: bigint;
  entries: number;
}

function visit(root: string, at: string, walk: Walk, withoutShared: boolean): void {
  const path = at === '' ? root : join(root, at);
  const stat = lstatSync(path, { bigint: true });
  walk.entries++;
  walk.hash.update(line(path, at, stat));
  if (stat.isDirectory()) {
    walk.blocks += stat.blocks;
    for (const name of readdirSync(path).sort()) visit(root, join(at, name), walk, withoutShared);
  } else {
    walk.blocks += blocksOf(stat, walk.links, withoutShared);
  }
}

function blocksOf(stat: BigIntStats, links: Map<bigint, bigint>, withoutShared: boolean): bigint {
  if (stat.nlink === 1n) return stat.blocks;
  const seen = (links.get(stat.ino) ?? 0n) + 1n;
  links.set(stat.ino, seen);
  const counts = withoutShared ? seen === stat.nlink : seen === 1n;
  return counts ? stat.blocks : 0n;
}

/** A folder's size says how its names are kept, not what they are; its time moves with its content. */
function line(path: string, at: string, stat: BigIntStats): string {
  const target = stat.isSymbolicLink() ? readlinkSync(path) : '';
  const size = stat.isDirectory() ? 0n : stat.size;
  const fields = [at, stat.mode, stat.uid, stat.gid, size, stat.mtimeNs, stat.rdev, target];
  return `${fields.join('\0')}\n`;
}

import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EntryFilter } from '../matching/filter.js';
import { toText } from '../paths/byte-path.js';
import { resolveRoot, walkTree } from './walk.js';

/** What to put at a path: a text file, or one of the others. */
export type Node = string | { directory: true } | { symlink: string } | { hardLink: string };

export const directory = { directory: true } as const;

/** A temporary tree with `nodes` by their paths; missing directories are made. It goes when the test ends. */
export function makeTree(nodes: Readonly<Record<string, Node>>): string {
  const root = mkdtempSync(join(tmpdir(), 'warmdock-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, node] of Object.entries(nodes)) putNode(root, join(root, path), node);
  return root;
}

function putNode(root: string, path: string, node: Node): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof node === 'string') writeFileSync(path, node);
  else if ('directory' in node) mkdirSync(path, { recursive: true });
  else if ('symlink' in node) symlinkSync(node.symlink, path);
  else linkSync(join(root, node.hardLink), path);
}

/** The paths of a walk, in its order. */
export function walkedPaths(root: string, filter?: EntryFilter): string[] {
  const paths: string[] = [];
  for (const entry of walkTree(resolveRoot(root), filter))
    if (entry) paths.push(toText(entry.path));
  return paths;
}

/** Runs `action` without the rights of root, which may read everything. */
export function asUnprivileged<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Makes a tree of these files; a path that ends in `/` is a folder, text that begins with `->` a link. */
export function makeTree(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'warmdock-tree-'));
  for (const [at, text] of Object.entries(files)) {
    const path = join(tree, at);
    mkdirSync(at.endsWith('/') ? path : dirname(path), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), path);
    else if (!at.endsWith('/')) writeFileSync(path, text);
  }
  return tree;
}

/** All paths in it, sorted; those of folders end in `/`. */
export function pathsIn(tree: string): string[] {
  const found = readdirSync(tree, { recursive: true, withFileTypes: true });
  return found
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(tree.length + 1);
      return entry.isDirectory() ? `${path}/` : path;
    })
    .sort();
}

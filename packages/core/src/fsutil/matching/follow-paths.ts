import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { type BytePath, toBytePath, toSystemPath, toText } from '../paths/byte-path.js';
import { cleanPath, joinPath } from '../paths/go-path.js';
import { isAbsent, unreadableFile } from '../paths/unreadable.js';
import { compileGlob } from './glob.js';

/**
 * The include patterns for `paths` and for everything that symbolic links on their ways point to,
 * sorted, without what lies below another; undefined if the whole tree is meant. Links are resolved as
 * if `root` were the root of the file system; a path that leaves it is returned as it is, and nothing
 * outside is looked at. Paths that do not exist stay. Wildcards stay too, with the targets of the links
 * that they match beside them. A link is followed once, with what stands behind it at that time
 * (fsutil's rules, so that both send the same files).
 *
 * @param root real path of the tree
 * @throws WarmdockError PERMISSION_DENIED for a directory that cannot be read
 */
export function resolveFollowPaths(root: BytePath, paths: readonly string[]): string[] | undefined {
  const resolved = new Set<BytePath>();
  for (const path of paths) follow(root, toBytePath(path), resolved);
  return withoutNested([...resolved].sort())?.map(toText);
}

function follow(root: BytePath, path: BytePath, resolved: Set<BytePath>): void {
  const elements = joinPath('.', path).split('/');
  for (let i = 1; i <= elements.length; i++) {
    const current = elements.slice(0, i).join('/');
    const targets = linkTargets(root, current);
    if (targets.length === 0 && i < elements.length) continue;
    if (resolved.has(current)) return;
    resolved.add(current);
    const rest = elements.slice(i).join('/');
    for (const target of targets) follow(root, joinPath(target, rest), resolved);
    return;
  }
}

/**
 * `paths`, which are sorted, without those below the one kept before; undefined if one is the root.
 * The reference applies it to unsorted patterns too, where it drops fewer, and one with a leading `/` at the front.
 */
export function withoutNested(paths: readonly string[]): string[] | undefined {
  if (paths.includes('.')) return undefined;
  let last = '';
  return paths.filter((path) => {
    if (path.startsWith(`${last}/`)) return false;
    last = path;
    return true;
  });
}

/** Where the links point which `path` names by itself or by the wildcards of its last element. */
function linkTargets(root: BytePath, path: BytePath): BytePath[] {
  if (path === '.' || path === '..' || path.startsWith('../')) return [];
  const name = posix.basename(path);
  if (!hasWildcards(name)) return linkTarget(root, path);
  const directory = posix.dirname(path);
  const glob = compileGlob(toText(name));
  return listNames(root, directory)
    .filter((candidate) => glob?.test(toText(candidate)))
    .flatMap((match) => linkTarget(root, joinPath(directory, match)));
}

function hasWildcards(name: BytePath): boolean {
  return /[*?[]/.test(name.replace(/\\./gs, ''));
}

function listNames(root: BytePath, directory: BytePath): BytePath[] {
  try {
    return readdirSync(toSystemPath(`${root}/${directory}`), 'latin1');
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw unreadableFile(root, directory, cause);
  }
}

function linkTarget(root: BytePath, path: BytePath): BytePath[] {
  const systemPath = toSystemPath(`${root}/${path}`);
  try {
    if (!lstatSync(systemPath).isSymbolicLink()) return [];
    const link = cleanPath(readlinkSync(systemPath, 'latin1'));
    return [link.startsWith('/') ? link : joinPath('/', posix.dirname(path), link)];
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw unreadableFile(root, path, cause);
  }
}

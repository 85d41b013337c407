import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { isWarmdockError, WarmdockError } from '../../errors.js';
import type { DirectoryMatch, EntryFilter, Verdict } from '../matching/filter.js';
import { type BytePath, toBytePath, toSystemPath } from '../paths/byte-path.js';
import { isAbsent, isForbidden, unreadableFile } from '../paths/unreadable.js';
import { type Entry, GoMode, isDirectory, toEntry, toGoMode } from '../wire/entry.js';
import type { ReadAttributes } from '../wire/extended-attributes.js';
import { HardLinks } from './hard-links.js';

/**
 * The real path of the tree at `directory`, itself perhaps a symbolic link.
 *
 * @throws WarmdockError NOT_FOUND if there is nothing, INVALID_ARGUMENT if it is no directory, PERMISSION_DENIED
 */
export function resolveRoot(directory: string): BytePath {
  const path = toBytePath(directory);
  try {
    const root = realpathSync(toSystemPath(path), 'latin1');
    if (statSync(toSystemPath(root)).isDirectory()) return root === '/' ? '' : root;
  } catch (cause) {
    throw unreadableFile(path, '', cause);
  }
  throw new WarmdockError('INVALID_ARGUMENT', `read ${directory}: not a directory`);
}

/** A directory which is being walked. */
interface Level {
  readonly entry: Entry | undefined;
  /** Path of the directory with its trailing slash, or empty at the root. */
  readonly prefix: BytePath;
  readonly names: readonly BytePath[];
  readonly match: DirectoryMatch | undefined;
  next: number;
  /** An unwanted directory is told of just before the first wanted entry in it. */
  isTold: boolean;
}

const keepEverything: EntryFilter = { judge: () => 'keep', enter: () => undefined };

/** After how many entries that are passed over the caller gets a chance to rest. */
const quietEntries = 100;

/**
 * All entries of a tree that the filter keeps, in the order of the wire: depth first, parents before
 * children, names by their bytes; not the root itself. Symbolic links are never followed, and what
 * vanishes while the walk passes is left out.
 *
 * The work is synchronous and is done as the caller pulls: pull some, then let the event loop run.
 * `undefined` only says that many entries were passed over.
 *
 * @param root as resolveRoot returned it
 * @param readAttributes without it, entries have no extended attributes
 * @throws WarmdockError PERMISSION_DENIED or UNAVAILABLE for what cannot be read and is not excluded
 */
export function* walkTree(
  root: BytePath,
  filter: EntryFilter = keepEverything,
  readAttributes: ReadAttributes = () => [],
): Generator<Entry | undefined> {
  const hardLinks = new HardLinks();
  const levels = [openLevel(root, undefined, 'keep')];
  let quiet = 0;
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = level.names[level.next++];
    if (name === undefined) {
      levels.pop();
      continue;
    }
    if (++quiet % quietEntries === 0) yield undefined;
    const path = level.prefix + name;
    const verdict = filter.judge(path, level.match);
    const entry = readEntry(root, path, verdict, hardLinks, readAttributes);
    if (entry === undefined) continue;
    if (verdict === 'keep') {
      quiet = 0;
      if (!level.isTold) yield* untold(levels);
      yield entry;
    }
    if (isDirectory(entry)) {
      levels.push(openLevel(root, entry, verdict, filter.enter(path, level.match)));
    }
  }
}

function* untold(levels: readonly Level[]): Generator<Entry> {
  for (const level of levels) {
    if (level.entry && !level.isTold) yield level.entry;
    level.isTold = true;
  }
}

function openLevel(
  root: BytePath,
  entry: Entry | undefined,
  verdict: Verdict,
  match?: DirectoryMatch,
): Level {
  const path = entry?.path ?? '';
  return {
    entry,
    prefix: entry ? `${path}/` : '',
    names: listNames(root, path, verdict),
    match,
    next: 0,
    isTold: verdict === 'keep',
  };
}

function listNames(root: BytePath, path: BytePath, verdict: Verdict): BytePath[] {
  try {
    return readdirSync(toSystemPath(`${root}/${path}`), 'latin1').sort();
  } catch (cause) {
    if (isAbsent(cause) || (verdict === 'descend' && isForbidden(cause))) return [];
    throw unreadableFile(root, path, cause);
  }
}

/** The entry at `path`; undefined for what has vanished, and for what is unwanted and secret. */
function readEntry(
  root: BytePath,
  path: BytePath,
  verdict: Verdict,
  hardLinks: HardLinks,
  readAttributes: ReadAttributes,
): Entry | undefined {
  if (verdict === 'prune') return undefined;
  const systemPath = toSystemPath(`${root}/${path}`);
  try {
    const stats = lstatSync(systemPath, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const mode = toGoMode(Number(stats.mode));
    const isLink = (mode & GoMode.symlink) !== 0;
    const linkname = isLink ? readlinkSync(systemPath, 'latin1') : '';
    const entry = toEntry(path, mode, stats, linkname, readAttributes(`${root}/${path}`));
    if (stats.nlink === 1n || isLink || isDirectory(entry) || verdict !== 'keep') return entry;
    // Its size stays, as the receiver compares it.
    const firstPath = hardLinks.firstPathOf(entry);
    return firstPath === undefined ? entry : { ...entry, linkname: firstPath };
  } catch (cause) {
    if (isAbsent(cause) || (verdict === 'descend' && isForbidden(cause))) return undefined;
    throw isWarmdockError(cause) ? cause : unreadableFile(root, path, cause);
  }
}

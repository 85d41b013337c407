import type { BytePath } from '../paths/byte-path.js';
import { resolveFollowPaths, withoutNested } from './follow-paths.js';
import { type MatchInfo, type Pattern, PatternMatcher } from './patterns.js';

export interface FilterOptions {
  /** Only what matches one of these, or lies below what does; none: everything. */
  include?: readonly string[];
  /** Not what matches these; `!` takes back. */
  exclude?: readonly string[];
  /** Paths, perhaps with wildcards, to include together with all that their symbolic links point to. */
  followPaths?: readonly string[];
}

/** `descend`: not itself wanted, but if it is a directory then something below it may be. */
export type Verdict = 'keep' | 'descend' | 'prune';

/** What the patterns said about a directory; the entries in it are judged with it. */
export interface DirectoryMatch {
  readonly include: MatchInfo | undefined;
  readonly exclude: MatchInfo | undefined;
}

/** Decides about each path of a walk, parents first, without touching the file system. */
export interface EntryFilter {
  /** @throws WarmdockError INVALID_ARGUMENT for a pattern which cannot be compiled */
  judge(path: BytePath, parent?: DirectoryMatch): Verdict;
  /** What to judge the entries of the directory `path` with. */
  enter(path: BytePath, parent?: DirectoryMatch): DirectoryMatch | undefined;
}

/**
 * The filter of one transfer (fsutil's filter FS); undefined if it keeps everything.
 *
 * @param root real path of the tree, in which the follow paths are resolved
 * @throws WarmdockError INVALID_ARGUMENT for a malformed pattern; see also resolveFollowPaths
 */
export function createFilter(root: BytePath, options: FilterOptions): EntryFilter | undefined {
  const includePatterns = includePatternsOf(root, options);
  const include = includePatterns.length > 0 ? createSide(includePatterns, 'include') : undefined;
  const exclude = options.exclude?.length ? createSide(options.exclude, 'exclude') : undefined;
  if (!include && !exclude) return undefined;
  return {
    judge(path, parent) {
      let verdict: Verdict = 'keep';
      if (include && !include.matcher.matches(path, parent?.include)) {
        if (!include.mayReach(path)) return 'prune';
        verdict = 'descend';
      }
      if (exclude?.matcher.matches(path, parent?.exclude)) {
        if (!exclude.mayReach(path)) return 'prune';
        verdict = 'descend';
      }
      return verdict;
    },
    enter: (path, parent) => ({
      include: include?.matcher.matchInfo(path, parent?.include),
      exclude: exclude?.matcher.matchInfo(path, parent?.exclude),
    }),
  };
}

function includePatternsOf(root: BytePath, options: FilterOptions): readonly string[] {
  const include = options.include ?? [];
  if (!options.followPaths?.length) return include;
  const followed = resolveFollowPaths(root, options.followPaths);
  return followed === undefined ? include : (withoutNested([...include, ...followed]) ?? []);
}

interface FilterSide {
  readonly matcher: PatternMatcher;
  /** Whether the patterns that let something in could match below an unwanted directory. */
  mayReach(directory: BytePath): boolean;
}

/**
 * Inclusions let in by their plain patterns, exclusions by their exceptions. If each of those has
 * wildcards at most as its last element, a directory off all their ways holds nothing wanted.
 */
function createSide(patterns: readonly string[], side: 'include' | 'exclude'): FilterSide {
  const matcher = new PatternMatcher(patterns);
  const lettingIn = matcher.patterns.filter((p) => p.isException === (side === 'exclude'));
  const ways = lettingIn.map(withoutTrailingGlob);
  if (ways.some((way) => /[*[\]?^\\]/.test(way))) return { matcher, mayReach: () => true };
  const starts = ways.map((way) => `${way}/`);
  return {
    matcher,
    mayReach: (directory) => starts.some((start) => start.startsWith(`${directory}/`)),
  };
}

function withoutTrailingGlob(pattern: Pattern): BytePath {
  return pattern.source.replace(/\/\*\*$/, '').replace(/\/\*$/, '');
}

import { messageOf, WarmdockError } from '../../errors.js';
import { type BytePath, toBytePath, toText } from '../paths/byte-path.js';
import { cleanPath, trimSpace } from '../paths/go-path.js';
import { Automaton } from './automaton.js';
import { refuseMalformedGlob } from './glob.js';
import { parseGoRegExp } from './go-regexp.js';

/** One line of an ignore file: what it matches, and whether it takes back (`!`) what others matched. */
export interface Pattern {
  /** The cleaned pattern without its `!`. */
  readonly source: BytePath;
  readonly isException: boolean;
  /** Whether the pattern itself matches; `text` is `path` as characters, which `?` and classes count. */
  matches(path: BytePath, text: string): boolean;
}

/** Which patterns matched a directory or one above it, in the order of the patterns. */
export type MatchInfo = readonly boolean[];

/**
 * Matches paths with the rules of `.dockerignore` (moby/patternmatcher): later patterns win, `!` takes
 * back, `**` crosses directories, and what matches a directory matches everything in it.
 *
 * Patterns are compiled when they are first needed, so one that is never asked never fails.
 */
export class PatternMatcher {
  readonly patterns: readonly Pattern[];
  readonly hasExceptions: boolean;

  /** @throws WarmdockError INVALID_ARGUMENT for a malformed pattern or a lone `!`; blank patterns are left out */
  constructor(patterns: readonly string[]) {
    this.patterns = patterns.map(trimSpace).filter(Boolean).map(parsePattern);
    this.hasExceptions = this.patterns.some((pattern) => pattern.isException);
  }

  /**
   * Whether `path` matches, given what its parent directory matched (none at the top of the tree).
   *
   * @throws WarmdockError INVALID_ARGUMENT for a pattern which cannot be compiled
   */
  matches(path: BytePath, parent?: MatchInfo): boolean {
    return this.#evaluate(path, parent, undefined);
  }

  /** What to pass as `parent` for the entries of the directory `path`. */
  matchInfo(path: BytePath, parent?: MatchInfo): MatchInfo {
    const info = new Array<boolean>(this.patterns.length).fill(false);
    this.#evaluate(path, parent, info);
    return info;
  }

  /** A pattern is asked only where it could change the verdict; what is not asked counts as unmatched below. */
  #evaluate(path: BytePath, parent: MatchInfo | undefined, info: boolean[] | undefined): boolean {
    const { patterns } = this;
    const text = toText(path);
    let matched = false;
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i] as Pattern;
      if (parent?.[i] !== true) {
        if (pattern.isException !== matched || !pattern.matches(path, text)) continue;
      }
      if (info) info[i] = true;
      matched = !pattern.isException;
    }
    return matched;
  }
}

function parsePattern(line: string): Pattern {
  const cleaned = cleanPath(line);
  const isException = cleaned.startsWith('!');
  const source = isException ? cleaned.slice(1) : cleaned;
  if (source === '') {
    throw new WarmdockError('INVALID_ARGUMENT', 'pattern "!" names no path', {
      hint: 'Write the path to keep behind the exclamation mark.',
    });
  }
  refuseMalformedGlob(source);
  let test: Pattern['matches'] | undefined;
  return {
    source: toBytePath(source),
    isException,
    matches(path, text) {
      test ??= compile(source);
      return test(path, text);
    },
  };
}

/** Most patterns need no regular expression: a plain path, `**` in front only, or `**` at the end only. */
function compile(source: string): Pattern['matches'] {
  const bytes = toBytePath(source);
  const { kind, regExp } = analyse(source);
  if (kind === 'exact') return (path) => path === bytes;
  if (kind === 'prefix') {
    const prefix = bytes.slice(0, -2);
    return (path) => path.startsWith(prefix);
  }
  if (kind === 'suffix') {
    const suffix = bytes.slice(2);
    const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
    return (path) => path.endsWith(suffix) || path === whole;
  }
  const compiled = compileRegExp(source, regExp);
  return (_path, text) => compiled.test(text);
}

function compileRegExp(source: string, regExp: string): Automaton {
  try {
    return new Automaton(parseGoRegExp(regExp));
  } catch (cause) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `pattern ${JSON.stringify(source)}: cannot be matched: ${messageOf(cause)}`,
      { hint: 'Check the "[...]" classes and the backslashes of the pattern.', cause },
    );
  }
}

type PatternKind = 'exact' | 'prefix' | 'suffix' | 'regexp';

/**
 * The kind of a pattern and the regular expression (Go's syntax) of what is no plain path.
 *
 * Two oddities of the reference are kept, as they decide which files a build sees: `*` and `?` expand
 * within `[...]` too, and in a pattern with wildcards `|` and `{n}` are operators of the expression.
 */
function analyse(source: string): { kind: PatternKind; regExp: string } {
  let kind: PatternKind = 'exact';
  let regExp = '^';
  const tokens = source.match(/\*\*\/?|\\.|./gsu) ?? [];
  for (const [i, token] of tokens.entries()) {
    const expansion = expand(token, i === tokens.length - 1);
    regExp += expansion;
    if (i === 0 && token.startsWith('**')) kind = 'suffix';
    else if (expansion === '.*' && kind === 'exact') kind = 'prefix';
    else if (/^(\*\*\/?|\*|\?|\[|\]|\\.)$/su.test(token)) kind = 'regexp';
  }
  return { kind, regExp: `${regExp}$` };
}

function expand(token: string, isLast: boolean): string {
  if (token.startsWith('**')) return isLast ? '.*' : '(.*/)?';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  return /^[.+()$]$/.test(token) ? `\\${token}` : token;
}

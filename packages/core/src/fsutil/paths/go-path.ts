import { posix } from 'node:path';

const goSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * Go's `strings.TrimSpace`, which unlike `trim` takes U+0085 and leaves a byte order mark.
 *
 * One character at a time: an expression for all of them would read a long row of spaces within the
 * text once from each of its spaces.
 */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && goSpace.test(text.charAt(start))) start++;
  while (end > start && goSpace.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Go's `path.Clean`: the shortest equivalent path, without a trailing slash, `.` if empty. */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Go's `path.Join`: non-empty parts joined by `/`, then cleaned; nothing joined is the empty path. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== '').join('/');
  return joined === '' ? '' : cleanPath(joined);
}

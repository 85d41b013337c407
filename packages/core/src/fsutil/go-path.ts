import { posix } from 'node:path';

const goSpace =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const surroundingSpace = new RegExp(`^${goSpace}|${goSpace}$`, 'g');

/** Go's `strings.TrimSpace`, which unlike `trim` takes U+0085 and leaves a byte order mark. */
export function trimSpace(text: string): string {
  return text.replace(surroundingSpace, '');
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

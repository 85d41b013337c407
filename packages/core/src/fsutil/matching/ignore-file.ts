import { cleanPath, trimSpace } from '../paths/go-path.js';

/**
 * The patterns of a `.dockerignore` file, one per line, ready for a PatternMatcher: without a byte
 * order mark, comments (`#` as the first character) and blank lines; trimmed, cleaned, and relative
 * to the context where they began with `/`.
 */
export function parseIgnoreFile(text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map(trimSpace)
    .filter(Boolean)
    .map((line) =>
      line.startsWith('!') ? `!${relative(trimSpace(line.slice(1)))}` : relative(line),
    );
}

function relative(pattern: string): string {
  if (pattern === '') return '';
  const cleaned = cleanPath(pattern);
  return cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
}

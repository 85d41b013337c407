/** The lines of a Dockerfile (or any file a frontend read) around the place of an error. */
export interface DockerfileExcerpt {
  readonly filename: string;
  /** Number of the first of `lines`, from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  /** Numbers of the lines that the error is about, ascending, never empty. */
  readonly markedLines: readonly number[];
}

/** Lines from `start` to `end`, both included, numbered from 1. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts the excerpt that buildx would show: two lines around a single line, one around several.
 *
 * `undefined` when no range lies in the text.
 */
export function excerptOf(
  filename: string,
  text: string,
  ranges: readonly LineRange[],
): DockerfileExcerpt | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const isMarked = (line: number) => ranges.some(({ start, end }) => start <= line && line <= end);
  const markedLines = lines.map((_, index) => index + 1).filter(isMarked);
  const first = markedLines[0];
  const last = markedLines.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const around = first === last ? 2 : 1;
  const firstLine = Math.max(1, first - around);
  return { filename, firstLine, lines: lines.slice(firstLine - 1, last + around), markedLines };
}

const rule = '-'.repeat(20);

/** The excerpt as text, in the layout that users of buildx know; the line after the last one is not ended. */
export function formatExcerpt({
  filename,
  firstLine,
  lines,
  markedLines,
}: DockerfileExcerpt): string {
  const marked = new Set(markedLines);
  const numbered = lines.map((line, index) => {
    const number = firstLine + index;
    return ` ${String(number).padStart(3)} | ${marked.has(number) ? '>>>' : '   '} ${line}`;
  });
  return [`${filename}:${markedLines[0]}`, rule, ...numbered, rule].join('\n');
}

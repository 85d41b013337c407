import type { SolveStatus } from '../buildkit/solve-status.js';

type Warning = SolveStatus['warnings'][number];

/** Collects what the builder warns of; the same about several steps counts once, at each of its places. */
export class Warnings {
  readonly #seen = new Map<string, Warning>();

  get all(): Warning[] {
    return [...this.#seen.values()];
  }

  add(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      const { short, detail, url, level, info, ranges } = warning;
      const key = JSON.stringify([
        level,
        url,
        info?.filename,
        ranges,
        ...[short, ...detail].map(textOf),
      ]);
      if (!this.#seen.has(key)) this.#seen.set(key, warning);
    }
  }

  /** The closing list, a blank line before it; empty without warnings. */
  format(hasColors: boolean): string {
    const texts = this.all.map(({ short }) => textOf(short));
    if (texts.length === 0) return '';
    const head = `${texts.length} ${texts.length === 1 ? 'warning' : 'warnings'} found:`;
    const title = hasColors ? `\x1b[33m${head}\x1b[39m` : head;
    return `\n ${title}\n${texts.map((text) => ` - ${text}\n`).join('')}`;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

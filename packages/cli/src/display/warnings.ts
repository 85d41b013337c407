import type { SolveStatus } from '@warmdock/core';

type Warning = SolveStatus['warnings'][number];

/** Collects what the builder warns of; the same about several steps counts once, at each of its places. */
export class Warnings {
  readonly #texts = new Map<string, string>();

  add(warnings: readonly Warning[]): void {
    for (const { short, detail, url, level, info, ranges } of warnings) {
      const texts = [short, ...detail].map((bytes) => Buffer.from(bytes).toString('utf8'));
      const key = JSON.stringify([level, url, info?.filename, ranges, ...texts]);
      this.#texts.set(key, texts[0] ?? '');
    }
  }

  /** The closing list, a blank line before it; empty without warnings. */
  format(hasColors: boolean): string {
    const texts = [...this.#texts.values()];
    if (texts.length === 0) return '';
    const head = `${texts.length} ${texts.length === 1 ? 'warning' : 'warnings'} found:`;
    const title = hasColors ? `\x1b[33m${head}\x1b[39m` : head;
    return `\n ${title}\n${texts.map((text) => ` - ${text}\n`).join('')}`;
  }
}

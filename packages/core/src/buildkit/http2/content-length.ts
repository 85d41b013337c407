import type { HeaderList } from './hpack/header-list.js';

/** Holds a body against the length that its headers announce (RFC 9113 §8.1.1). */
export class ContentLength {
  readonly #announcedBytes: number | undefined;
  #bytes = 0;

  /** `headers` without a length announce nothing, and so do those of an answer that never has a body. */
  constructor(headers: HeaderList) {
    const texts = new Set(valuesOf(headers, 'content-length'));
    if (texts.size === 0 || valuesOf(headers, ':status')[0] === '304') return;
    const [text = ''] = texts;
    this.#announcedBytes = texts.size === 1 && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  }

  /** What is wrong once more of the body is there, or `ends` says that it is whole. */
  flawWith(bytes: number, ends: boolean): string | undefined {
    if (this.#announcedBytes === undefined) return undefined;
    this.#bytes += bytes;
    const fits = this.#bytes <= this.#announcedBytes;
    if (fits && (!ends || this.#bytes === this.#announcedBytes)) return undefined;
    return 'the body does not have the length that content-length says';
  }
}

function valuesOf(headers: HeaderList, name: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name);
}

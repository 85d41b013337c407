/** Within which so many bytes come from a registry that is near: 16 MB a second. */
const nearMs = 250;
const nearBytes = 4 * 1024 * 1024;

/** Finds out how far away a registry is, from how the first bytes of a layer come; and keeps these. */
export class Pace {
  #startedMs: number | undefined;
  #chunks: Uint8Array[] = [];
  #passedBytes = 0;
  #found: 'near' | 'far' | undefined;

  get isNear(): boolean {
    return this.#found === 'near';
  }

  get isFar(): boolean {
    return this.#found === 'far';
  }

  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** All that came, of a registry that is far away. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  /** Called until it has found out. */
  add(chunk: Uint8Array): void {
    const now = performance.now();
    this.#startedMs ??= now;
    this.#passedBytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#passedBytes >= nearBytes) {
      this.#found = 'near';
      this.#chunks = [];
    } else if (now - this.#startedMs > nearMs) this.#found = 'far';
  }
}

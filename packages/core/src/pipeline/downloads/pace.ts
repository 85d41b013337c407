/** Within which so many bytes come from a registry that is near: 16 MB a second. */
const nearMs = 1_000;
const nearBytes = 16 * 1024 * 1024;

/** Finds out how far away a registry is, from how the first bytes of a layer come; and keeps these. */
export class Pace {
  readonly #startedMs = performance.now();
  #chunks: Uint8Array[] = [];
  #passedBytes = 0;
  #isDecided = false;
  #isSlow = false;

  get isSlow(): boolean {
    return this.#isSlow;
  }

  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** All that came, of a registry that is far away. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  add(chunk: Uint8Array): void {
    this.#passedBytes += chunk.length;
    if (this.#isDecided) return;
    this.#chunks.push(chunk);
    if (this.#passedBytes >= nearBytes) {
      this.#isDecided = true;
      this.#chunks = [];
    } else if (performance.now() - this.#startedMs > nearMs) {
      this.#isDecided = true;
      this.#isSlow = true;
    }
  }
}

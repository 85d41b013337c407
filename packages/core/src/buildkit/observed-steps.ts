import type { SolveStatus } from './solve-status.js';

/** Enough to see why a step failed, little enough to keep for every step of a long build. */
const logTailBytes = 16 * 1024;

/** So much sooner than the end of a session may come what the builder says of its consequences. */
const newsLagMs = 500;

/** What a solve reported of its steps, kept so that a failure can be explained. */
export class ObservedSteps {
  readonly #names = new Map<string, string>();
  readonly #logs = new Map<string, Buffer>();
  #failed: { readonly digest: string; readonly reason: string; readonly at: number } | undefined;
  #sessionIsLost = false;

  add(status: SolveStatus): void {
    for (const vertex of status.vertexes) {
      this.#names.set(vertex.digest, vertex.name);
      // What fails after the first one fails because of it.
      if (vertex.error !== '' && !this.#sessionIsLost)
        this.#failed ??= { digest: vertex.digest, reason: vertex.error, at: performance.now() };
    }
    for (const log of status.logs) {
      // Bytes, since a message may end in the middle of a character.
      const output = Buffer.concat([this.#logs.get(log.vertex) ?? Buffer.alloc(0), log.msg]);
      this.#logs.set(log.vertex, output.subarray(-logTailBytes));
    }
  }

  /** The session is lost: steps that fail from now on do so because of that, or have just done so. */
  sessionLost(): void {
    this.#sessionIsLost = true;
    if (this.#failed && performance.now() - this.#failed.at < newsLagMs) this.#failed = undefined;
  }

  /** The step's name as the Dockerfile shows it, such as `[2/3] RUN make`. */
  vertexName(digest: string): string | undefined {
    return this.#names.get(digest);
  }

  /** The step that failed first. */
  get failedVertex(): string | undefined {
    return this.#failed?.digest;
  }

  /** Why it failed, as the builder words it. */
  get failedReason(): string | undefined {
    return this.#failed?.reason;
  }

  /** The last lines that the step printed. */
  logTail(digest: string): string[] {
    const text = this.#logs.get(digest)?.toString('utf8').trimEnd();
    return text ? text.split('\n') : [];
  }
}

import type { SolveStatus } from './solve-status.js';

/** Enough to see why a step failed, little enough to keep for every step of a long build. */
const logTailBytes = 16 * 1024;

/** What a solve reported of its steps, kept so that a failure can be explained. */
export class ObservedSteps {
  readonly #names = new Map<string, string>();
  readonly #logs = new Map<string, string>();
  #failed: { readonly digest: string; readonly reason: string } | undefined;

  add(status: SolveStatus): void {
    for (const vertex of status.vertexes) {
      this.#names.set(vertex.digest, vertex.name);
      // What fails after the first one fails because of it.
      if (vertex.error !== '') this.#failed ??= { digest: vertex.digest, reason: vertex.error };
    }
    for (const log of status.logs) {
      const text = (this.#logs.get(log.vertex) ?? '') + Buffer.from(log.msg).toString('utf8');
      this.#logs.set(log.vertex, text.slice(-logTailBytes));
    }
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
    const text = this.#logs.get(digest)?.trimEnd();
    return text ? text.split('\n') : [];
  }
}

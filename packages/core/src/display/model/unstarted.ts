import type { SolveStatus } from '../../buildkit/solve-status.js';
import { timestampOf } from './timestamp.js';

type Vertex = SolveStatus['vertexes'][number];

/**
 * The steps that were announced and have not begun.
 *
 * A build may do without some of its steps, those that turn out to be another build's. BuildKit tells
 * them as cached when it has recorded the build, for which nobody waits.
 */
export class Unstarted {
  readonly #vertexes = new Map<string, Vertex>();

  note({ vertexes }: SolveStatus): void {
    for (const vertex of vertexes) {
      if (vertex.started) this.#vertexes.delete(vertex.digest);
      else this.#vertexes.set(vertex.digest, vertex);
    }
  }

  /** What BuildKit will say of them once the build is done; `undefined` without any. */
  asCached(now = Date.now()): SolveStatus | undefined {
    if (this.#vertexes.size === 0) return undefined;
    const at = timestampOf(now);
    const vertexes = [...this.#vertexes.values()].map((vertex) => ({
      ...vertex,
      started: at,
      completed: at,
      cached: true,
    }));
    return { vertexes, statuses: [], logs: [], warnings: [] };
  }
}

import type { SolveStatus } from '../../buildkit/solve-status.js';
import { Step } from './step.js';

type Vertex = SolveStatus['vertexes'][number];

/**
 * Steps that are one for people, such as the two of `COPY --link`: it runs while one of them does,
 * is cached when all are, and fails with the first of them.
 */
export class StepGroup {
  readonly step = new Step();
  readonly #members = new Map<string, Vertex>();

  /** As `Step.update`, for one of them. */
  update(vertex: Vertex): boolean {
    this.#members.set(vertex.digest, vertex);
    const members = [...this.#members.values()];
    return this.step.update({
      ...vertex,
      name: vertex.progressGroup?.name ?? '',
      cached: members.every(({ cached }) => cached),
      error: members.find(({ error }) => error !== '')?.error ?? '',
    });
  }

  /** False while only weak ones have started: often nothing else of the group is needed then. */
  get isShown(): boolean {
    return (
      this.step.error !== '' ||
      [...this.#members.values()].some(
        ({ started, progressGroup }) => started && !progressGroup?.weak,
      )
    );
  }
}

import type { ContainerState } from '../../../engine/containers.js';
import { type ErrorCode, WarmdockError } from '../../../errors.js';

/**
 * Why a builder's container is of no use: it is not there, does not run, is paused, or its BuildKit
 * does not listen (yet).
 */
export type DownState = 'absent' | 'stopped' | 'paused' | 'starting';

/** The builder's container is of no use as it is. */
export class ContainerDown extends WarmdockError {
  /** Why it is of no use. */
  readonly state: DownState;

  constructor(container: string, state: DownState, what: string, code: ErrorCode = 'UNAVAILABLE') {
    super(code, `the builder's container ${container} ${what}`, { hint: hintOf(container, state) });
    this.state = state;
  }
}

/** What is wrong with a container in this state; `undefined` when it runs. */
export function downBy(
  container: string,
  state: ContainerState | undefined,
): ContainerDown | undefined {
  if (state === undefined)
    return new ContainerDown(container, 'absent', 'is not there', 'NOT_FOUND');
  switch (state.state) {
    case 'running':
      return undefined;
    case 'paused':
      return new ContainerDown(container, 'paused', 'is paused');
    case 'restarting':
      return new ContainerDown(container, 'starting', 'is being restarted');
    case 'created':
      return new ContainerDown(container, 'stopped', 'was never started');
    default:
      return new ContainerDown(container, 'stopped', `does not run: ${endOf(state)}`);
  }
}

/** The way into a container that goes on running ended; `why` is the last that was heard. */
export function brokenOff(container: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError(
    'UNAVAILABLE',
    `the way into container ${container} broke off${why && `: ${why.slice(-500)}`}`,
    { hint: `see what it says: docker logs ${container}`, cause },
  );
}

function endOf({ exitCode, outOfMemory }: ContainerState): string {
  return outOfMemory ? 'its memory was used up' : `it ended with exit code ${exitCode}`;
}

function hintOf(container: string, state: DownState): string {
  switch (state) {
    case 'absent':
      return 'see `docker ps --all`; a builder of buildx comes up with `docker buildx inspect --bootstrap`';
    case 'stopped':
      return `start it: docker start ${container}`;
    case 'paused':
      return `let it go on: docker unpause ${container}`;
    case 'starting':
      return `see what it says: docker logs ${container}`;
  }
}

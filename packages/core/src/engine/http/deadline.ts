import type { ClientRequest } from 'node:http';
import type { WarmdockError } from '../../errors.js';

/** Ends a request that keeps its caller waiting. */
export interface Deadline {
  /** Why the request was ended, if it was: node reports another error once an answer has begun. */
  readonly passed: WarmdockError | undefined;
  stop(): void;
}

export function startDeadline(
  request: ClientRequest,
  timeoutMs: number,
  error: () => WarmdockError,
): Deadline {
  let passed: WarmdockError | undefined;
  const timer = setTimeout(() => {
    passed = error();
    request.destroy(passed);
  }, timeoutMs);
  return {
    get passed() {
      return passed;
    },
    stop: () => clearTimeout(timer),
  };
}

import { isWarmdockError } from '@warmdock/core';

/** Something that is broken in a tree. */
export interface TreeProblem {
  /** Relative to the tree. */
  readonly at: string;
  /** One clause about it, as in "is missing". */
  readonly text: string;
}

/** The problems that `look` finds; an error that it throws is one more, at `at`. */
export function collectProblems(at: string, look: () => Iterable<TreeProblem>): TreeProblem[] {
  const found: TreeProblem[] = [];
  try {
    for (const problem of look()) found.push(problem);
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    found.push({ at, text: error.message });
  }
  return found;
}

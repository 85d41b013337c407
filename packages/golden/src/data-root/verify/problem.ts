import { isWarmdockError } from '@warmdock/core';

/** Something that is broken in a tree. */
export interface TreeProblem {
  /** Relative to the tree. */
  readonly at: string;
  /** One clause about it, as in "is missing". */
  readonly text: string;
}

/** What `look` finds; what it throws about damage of `at` is one more. */
export function problemsOf(at: string, look: () => Iterable<TreeProblem>): TreeProblem[] {
  const found: TreeProblem[] = [];
  try {
    for (const problem of look()) found.push(problem);
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    found.push({ at, text: error.message });
  }
  return found;
}

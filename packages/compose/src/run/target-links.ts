import type { FrontendResult } from '@warmdock/core/buildkit';
import type { TargetSet } from '../targets/target-set.js';

/** Hands the results of targets on to those that begin with them. */
export interface TargetLinks {
  /** The results that a target needs, once they are there. */
  needed(name: string): Promise<ReadonlyMap<string, FrontendResult>>;
  /** Whether a target needs another one, or the other way round. */
  isLinked(name: string): boolean;
  /**
   * Passes on a target's result; waits until all targets that have it in them are as far.
   *
   * So long its build must not end: they go through its steps again, for which the builder may ask
   * for its directories and secrets, and steps that are not to be cached would run once more.
   */
  pass(name: string, result: FrontendResult): Promise<void>;
}

export function targetLinks({ targets }: TargetSet): TargetLinks {
  const needs = new Map(targets.map(({ name, needs }) => [name, needs]));
  const results = new Map(targets.map(({ name }) => [name, deferred<FrontendResult>()]));
  const resultOf = async (name: string): Promise<FrontendResult> => {
    const result = results.get(name);
    if (!result) throw new Error(`the set has no target ${name}`);
    return result.promise;
  };
  const usersOf = (name: string): string[] => {
    const direct = targets.filter((each) => each.needs.includes(name)).map((each) => each.name);
    return [...new Set([...direct, ...direct.flatMap(usersOf)])];
  };
  return {
    async needed(name) {
      const names = needs.get(name) ?? [];
      return new Map(
        await Promise.all(names.map(async (need) => [need, await resultOf(need)] as const)),
      );
    },
    isLinked: (name) => (needs.get(name)?.length ?? 0) > 0 || usersOf(name).length > 0,
    async pass(name, result) {
      results.get(name)?.resolve(result);
      await Promise.all(usersOf(name).map(resultOf));
    },
  };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

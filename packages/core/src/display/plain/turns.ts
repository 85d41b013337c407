/** A step that wants to be shown. */
export interface Candidate {
  /** Pieces of news since it was shown last. */
  readonly news: number;
  /** Since when it has some, in ms. */
  readonly newsSince: number;
}

/** A step keeps its turn at least this long while it has news. */
const minTurnMs = 5_000;
/** No step waits longer than this. */
const maxWaitMs = 10_000;

/**
 * Which of the running steps plain output shows next, `undefined` to stay with `current`.
 *
 * Lines of parallel steps would be unreadable one by one, so each step has turns: the busiest comes
 * first, and the busier a step is the longer it stays.
 */
export function nextTurn<T extends Candidate>(
  candidates: readonly T[],
  current: T | undefined,
  now: number,
): T | undefined {
  const others = candidates.filter((each) => each !== current);
  const overdue = others.find((each) => now - each.newsSince > maxWaitMs);
  const busiest = overdue ?? maxBy(others, (each) => speed(each, now));
  if (!current || overdue || !busiest) return busiest;
  const total = candidates.reduce((sum, each) => sum + speed(each, now), 0);
  const isOver = minTurnMs * total < (now - current.newsSince) * (total - speed(current, now));
  return isOver ? busiest : undefined;
}

function speed({ news, newsSince }: Candidate, now: number): number {
  return news / Math.max(1, now - newsSince);
}

function maxBy<T>(list: readonly T[], rank: (item: T) => number): T | undefined {
  return list.reduce<T | undefined>(
    (best, each) => (best === undefined || rank(each) > rank(best) ? each : best),
    undefined,
  );
}

/** One measurement: puts everything in place, untimed, and answers with what was measured. */
export type Sample = () => Promise<number>;

export interface Side {
  sample: Sample;
  /** Samples in each round, for a side that is much faster than the others. Default 1. */
  perRound?: number;
}

export interface Summary {
  median: number;
  min: number;
  max: number;
  samples: number[];
}

export interface AlternateOptions {
  rounds: number;
  /** Rounds that do not count. Default 0. */
  warmUps?: number;
  /** No further round begins after this time; the first one always does. Default none. */
  budgetMs?: number;
  signal: AbortSignal;
}

/**
 * Measures all sides in turns, so that whatever else the machine does meets all of them; each round
 * begins with another side.
 */
export async function alternate<Sides extends Record<string, Side>>(
  sides: Sides,
  { rounds, warmUps = 0, budgetMs = Number.POSITIVE_INFINITY, signal }: AlternateOptions,
): Promise<{ [Name in keyof Sides]: Summary }> {
  const turns = Object.entries(sides).map(([name, side]) => ({
    name,
    side,
    samples: [] as number[],
  }));
  const end = performance.now() + budgetMs;
  for (let round = -warmUps; round < rounds; round++) {
    if (round > 0 && performance.now() > end) break;
    const first = (round + warmUps) % turns.length;
    for (const { side, samples } of [...turns.slice(first), ...turns.slice(0, first)]) {
      const taken = await takeSamples(side, signal);
      if (round >= 0) samples.push(...taken);
    }
  }
  const summaries = turns.map(({ name, samples }) => [name, summarise(samples)]);
  return Object.fromEntries(summaries);
}

async function takeSamples({ sample, perRound = 1 }: Side, signal: AbortSignal) {
  const taken: number[] = [];
  for (let at = 0; at < perRound; at++) {
    signal.throwIfAborted();
    taken.push(await sample());
  }
  return taken;
}

/** Throws on an empty list: there is nothing to say about it. */
export function summarise(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new Error('a side was not measured at all');
  }
  return { median: (low + high) / 2, min, max, samples: [...samples] };
}

/** What one work of `inTurn` gets. */
export interface Turn {
  /** Fires with the caller's signal, and when another work has failed. */
  readonly signal: AbortSignal;
  /** Comes when all earlier works are done; meanwhile the next one may begin. */
  readonly turn: () => Promise<void>;
}

/**
 * Works in two stages, of which the first may overlap the second of the work before: `work` does its
 * first stage, waits for its turn, and does the second.
 *
 * Never more than two are under way. Throws the first error, after all works have ended.
 */
export async function inTurn<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T, turn: Turn) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure ??= { error };
    stop.abort();
  };
  let earlier = Promise.resolve();
  for (const item of items) {
    const before = earlier;
    let begin = () => {};
    const nextMayBegin = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const turn = async () => {
      begin();
      await before;
      if (failure) throw failure.error;
    };
    const done = work(item, { signal: either, turn }).catch(fail);
    earlier = before.then(() => done);
    await Promise.race([nextMayBegin.then(() => before), earlier]);
    if (failure) break;
  }
  await earlier;
  if (failure) throw failure.error;
}

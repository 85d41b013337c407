import { cancelled } from '../errors.js';

/**
 * Passes on what `source` yields until `signal` fires; then throws `CANCELLED` at once, even if the source hangs.
 *
 * A `for await` alone waits for the source's next answer, whatever a signal says. The source is told
 * to end in every case; when cancelled, without waiting for it. `operation` is for the error.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  operation: string,
): AsyncGenerator<T, void, undefined> {
  if (!signal) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let fail = (_: Error) => {};
  const abort = () => fail(cancelled(operation, signal));
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      if (signal.aborted) throw cancelled(operation, signal);
      // A promise for each step: racing one long-lived promise would keep every step's memory.
      const step = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (step.done) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    const ended = iterator.return?.();
    if (signal.aborted) ended?.catch(() => {});
    else await ended;
  }
}

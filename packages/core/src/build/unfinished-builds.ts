/** By builder and context key: builds that were returned from before the builder had done with them. */
const unfinished = new Map<string, Promise<unknown>>();

const keyOf = (builder: string, contextKey: string) => `${builder} ${contextKey}`;

/**
 * Waits for an earlier build of this process whose image is known and which its builder still records.
 *
 * Until the builder answers it holds its copy of the context: a build that begins meanwhile finds that
 * taken, and has to send all of the context again.
 */
export async function afterUnfinished(builder: string, contextKey: string): Promise<void> {
  await unfinished.get(keyOf(builder, contextKey));
}

/** Makes the next build of the same context wait for this one's answer, whatever that is. */
export function untilAnswered(builder: string, contextKey: string, answer: Promise<unknown>): void {
  const key = keyOf(builder, contextKey);
  const settled = answer.then(
    () => {},
    () => {},
  );
  unfinished.set(key, settled);
  void settled.then(() => {
    if (unfinished.get(key) === settled) unfinished.delete(key);
  });
}

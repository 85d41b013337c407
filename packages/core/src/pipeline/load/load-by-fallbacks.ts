import type { CallContext } from '../../call-context.js';
import { isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import type { LoadResult } from '../plan/load-plan.js';
import type { FailedWay, LoadWay } from '../plan/load-way.js';
import type { LoadableImage, LoadFallback } from '../result/loadable-image.js';

/**
 * Loads an image by its other ways, in order, after the first one has failed.
 *
 * Each step is told. Throws the first error, which then names what else was tried.
 */
export async function loadByFallbacks(
  first: unknown,
  { via = 'direct', fallbacks = [] }: LoadableImage,
  load: (image: LoadableImage) => Promise<LoadResult>,
  { signal, onProgress }: CallContext,
): Promise<LoadResult> {
  const failedWays: FailedWay[] = [{ via, reason: messageOf(first) }];
  for (const fallback of fallbacks) {
    const failed = failedWays.at(-1) ?? { via, reason: '' };
    const message = `loading the image ${words[failed.via]} failed (${failed.reason}); ${attempts[fallback.via]} instead`;
    onProgress?.({ type: 'notice', message });
    try {
      return { ...(await loadFrom(fallback, load)), failedWays };
    } catch (error) {
      if (signal?.aborted) throw error;
      failedWays.push({ via: fallback.via, reason: messageOf(error) });
    }
  }
  throw withOthers(first, failedWays.slice(1));
}

async function loadFrom(
  fallback: LoadFallback,
  load: (image: LoadableImage) => Promise<LoadResult>,
): Promise<LoadResult> {
  await using image = await fallback.open();
  return await load(image);
}

const words: Readonly<Record<LoadWay, string>> = {
  direct: 'from the builder',
  registry: 'through the registry',
  archive: 'as an archive',
};

const attempts: Readonly<Record<LoadWay, string>> = {
  direct: 'reading it from the builder',
  registry: 'letting the builder push it and reading it from the registry',
  archive: 'letting the builder send it as an archive',
};

function withOthers(first: unknown, others: readonly FailedWay[]): unknown {
  if (!isWarmdockError(first) || others.length === 0) return first;
  const tried = others.map(({ via, reason }) => `${words[via]} (${reason})`);
  const { code, hint, message } = first;
  const text = `${message}; it did not come ${tried.join(', or ')} either`;
  return new WarmdockError(code, text, { ...(hint && { hint }), cause: first });
}

import type { Engine } from '../../engine/engine.js';

/**
 * Tells, each time it is called, whether a daemon has got or lost images since the last time; the
 * first time it only has to answer.
 */
export function engineProgress(engine: Engine): () => Promise<boolean> {
  let before: string | undefined;
  return async () => {
    try {
      const images = (await engine.listImages()).map(({ id }) => id);
      const now = images.sort().join();
      const isOther = now !== before;
      before = now;
      return isOther;
    } catch {
      return false;
    }
  };
}

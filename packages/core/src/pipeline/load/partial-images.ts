import type { Engine } from '../../engine/engine.js';
import { messageOf } from '../../errors.js';
import type { Image } from '../image/image.js';
import type { LoadJob, LoadPart } from './load-job.js';

/** A daemon that is stuck must not keep anybody from ending. */
const removalTimeoutMs = 5_000;

/** Images of lower layers in the daemon, kept as long as a job stands on them. */
export class PartialImages {
  readonly #engine: Engine;
  readonly #holders = new Map<Image, Set<LoadJob>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add({ image, job, watchers }: LoadPart): void {
    this.#holders.set(image, new Set([job, ...watchers]));
  }

  /** Removes those that only this job stood on; a notice tells what stayed behind. */
  async release(job: LoadJob): Promise<void> {
    for (const [image, holders] of [...this.#holders]) {
      holders.delete(job);
      if (holders.size > 0) continue;
      this.#holders.delete(image);
      await this.#remove(image, job);
    }
  }

  async #remove(image: Image, job: LoadJob): Promise<void> {
    const ids = [image.root, ...image.manifests.map(({ config }) => config)].map(
      ({ descriptor }) => descriptor.digest,
    );
    try {
      // One of the two is its name, depending on the store.
      const signal = AbortSignal.timeout(removalTimeoutMs);
      for (const id of ids)
        if (await this.#engine.removeImage(id, { signal, noPrune: true })) return;
    } catch (error) {
      job.notify(leftBehind(image, error));
    }
  }
}

function leftBehind({ root }: Image, error: unknown): string {
  const { digest } = root.descriptor;
  return `a partial image of the load was not removed (${messageOf(error)}); \`docker image prune\` does it: ${digest}`;
}

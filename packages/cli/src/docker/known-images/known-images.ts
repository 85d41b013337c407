import type { Engine } from '@warmdock/core';
import { parseReference } from '@warmdock/core/oci';
import { cacheDirectory } from '../../process/cache-directory.js';
import type { ComposeCall } from '../routing/route-compose.js';
import { type ProjectPlace, projectFiles } from './project-files.js';
import { projectKey } from './project-key.js';
import { recallImages, rememberImages } from './remembered-images.js';

/**
 * What is known, from the last time, of the images that compose looks for before it makes containers.
 *
 * Compose takes several times as long to say it. A wrong answer that nothing is
 * missing leaves compose to do what it would do anyway.
 */
export interface KnownImages {
  /** Whether they are known, and all of them there. Throws what the engine throws. */
  areIn(engine: Engine, signal: AbortSignal): Promise<boolean>;
  /** Keeps what compose has said; `undefined` for what cannot be kept. */
  learn(images: readonly string[] | undefined): void;
}

export function knownImages(call: ComposeCall, env: NodeJS.ProcessEnv): KnownImages {
  const { command, projectFlags, services, withDependencies, pullPolicy = '' } = call;
  const place: ProjectPlace = { projectFlags, cwd: process.cwd(), env };
  const words = [command, String(withDependencies), pullPolicy, ...services];
  const key = projectKey(place, words);
  const folder = cacheDirectory(env);
  return {
    async areIn(engine, signal) {
      const images = folder && recallImages(folder, key);
      if (!images) return false;
      const ids = images.map((image) => engine.resolveImage(parseReference(image), { signal }));
      return (await Promise.all(ids)).every((id) => id !== undefined);
    },
    learn(images) {
      const files = images && projectFiles(place);
      if (folder && files) rememberImages(folder, { key, files, images });
    },
  };
}

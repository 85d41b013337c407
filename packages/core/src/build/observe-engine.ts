import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { ImageInspect } from '../engine/image-answers.js';
import type { EngineInfo } from '../engine/info.js';

/** What the daemon is and what its tags named, seen while the build ran. */
export interface EngineObservation {
  readonly info: EngineInfo;
  /** By normalised reference; a tag that names nothing is absent. */
  readonly tagged: ReadonlyMap<string, ImageInspect>;
}

/** Asks the daemon what it is and what the tags name now; meant to run beside the solve. */
export async function observeEngine(
  engine: Engine,
  tags: readonly string[],
  options: CallOptions = {},
): Promise<EngineObservation> {
  const [info, ...inspects] = await Promise.all([
    engine.info(options),
    ...tags.map(async (tag) => [tag, await engine.inspectImage(tag, options)] as const),
  ]);
  const tagged = new Map<string, ImageInspect>();
  for (const [tag, inspect] of inspects) if (inspect) tagged.set(tag, inspect);
  return { info, tagged };
}

import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { EngineInfo } from '../engine/info.js';
import type { Digest } from '../oci/digest.js';
import { parseReference } from '../oci/reference.js';

/** An image of the daemon under a tag. */
export interface TaggedImage {
  readonly id: Digest;
  /** From the bottom up; only the classic store tells them at once. */
  readonly diffIds?: readonly Digest[];
}

/** What the daemon is and what its tags named, seen while the build ran. */
export interface EngineObservation {
  readonly info: EngineInfo;
  /** By normalised reference; a tag that names nothing is absent. */
  readonly tagged: ReadonlyMap<string, TaggedImage>;
  /** When the last answer came, as `performance.now()` counts. */
  readonly atMs: number;
}

/** Asks the daemon what it is and what the tags name now; meant to run beside the solve. */
export async function observeEngine(
  engine: Engine,
  tags: readonly string[],
  options: CallOptions = {},
): Promise<EngineObservation> {
  const info = await engine.info(options);
  const look = info.store === 'classic' ? inspectTag : resolveTag;
  const tagged = new Map<string, TaggedImage>();
  await Promise.all(
    tags.map(async (tag) => {
      const image = await look(engine, tag, options);
      if (image) tagged.set(tag, image);
    }),
  );
  return { info, tagged, atMs: performance.now() };
}

/** A millisecond on the classic store, and its layers are what a load compares with. */
async function inspectTag(
  engine: Engine,
  tag: string,
  options: CallOptions,
): Promise<TaggedImage | undefined> {
  return engine.inspectImage(tag, options);
}

/** The containerd store takes 50 ms to inspect a large image, and a third of that for its id alone. */
async function resolveTag(
  engine: Engine,
  tag: string,
  options: CallOptions,
): Promise<TaggedImage | undefined> {
  const id = await engine.resolveImage(parseReference(tag), options);
  return id && { id };
}

import type { CallOptions, ContentSource } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import type { EngineInfo } from '../../engine/info.js';
import type { Digest } from '../../oci/digest.js';
import { MediaType } from '../../oci/media-types.js';
import { parseReference } from '../../oci/reference.js';
import { checkArgument } from '../../options/check-options.js';
import { listOf, text } from '../../options/checks.js';
import { engine as anEngine } from '../checks/instances.js';
import { layersInManifest } from '../result/manifest-layers.js';

/** An image of the daemon under a tag. */
export interface TaggedImage {
  readonly id: Digest;
  /** From the bottom up; only the classic store tells them at once. */
  readonly diffIds?: readonly Digest[];
  /** Digests of the blobs, where the builder could tell. */
  readonly layers?: readonly Digest[] | undefined;
}

/** What the daemon is and what its tags named, seen while the build ran. */
export interface EngineObservation {
  readonly info: EngineInfo;
  /** By normalised reference; a tag that names nothing is absent. */
  readonly tagged: ReadonlyMap<string, TaggedImage>;
  /** When the last answer came, as `performance.now()` counts. */
  readonly atMs: number;
}

/** What helps to learn of the layers of a daemon's images. */
export interface ObserveOptions extends CallOptions {
  /** The builder's blobs; it most likely made the images under the tags, and tells of their layers faster than the containerd store. */
  readonly builderContent?: ContentSource | undefined;
}

/** Asks the daemon what it is and what the tags name now; meant to run beside the solve. */
export async function observeEngine(
  engine: Engine,
  tags: readonly string[],
  { builderContent, ...options }: ObserveOptions = {},
): Promise<EngineObservation> {
  checkArgument('observeEngine', 'engine', engine, anEngine);
  checkArgument('observeEngine', 'tags', tags, listOf(text));
  // At once, though the history tells the classic store little: the containerd store takes longest for both.
  const [info, ids] = await Promise.all([
    engine.info(options),
    Promise.all(tags.map((tag) => engine.resolveImage(parseReference(tag), options))),
  ]);
  const tagged = new Map<string, TaggedImage>();
  await Promise.all(
    tags.map(async (tag, at) => {
      const id = ids[at];
      const image =
        id && info.store === 'classic'
          ? await engine.inspectImage(tag, options)
          : id && { id, layers: await layersOf(id, builderContent, options) };
      if (image) tagged.set(tag, image);
    }),
  );
  return { info, tagged, atMs: performance.now() };
}

async function layersOf(
  digest: Digest,
  source: ContentSource | undefined,
  options: CallOptions,
): Promise<readonly Digest[] | undefined> {
  return source && layersInManifest(source, { digest, mediaType: MediaType.ociManifest }, options);
}

import type { CallOptions } from '../../content/content.js';
import type { ImageInspect } from '../../engine/answers/image-answers.js';
import type { Engine } from '../../engine/engine.js';
import { chainIdsOf } from '../../oci/chain-id.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { Layer } from '../../oci/layer-stack.js';
import { eachOnce, totalSize } from '../image/image.js';
import type { TaggedImage } from './observe-engine.js';

/** Which of an image's layers a daemon holds, and how that is known. */
export interface MissingLayers {
  /** Each once. */
  readonly missing: readonly Descriptor[];
  readonly evidence: string;
}

/** Inspecting an image takes about a millisecond; past this many the search costs more than it can save. */
const maxInspected = 200;

/** Less than this is sent in the time that looking further takes: 10 to 30 ms. */
const negligibleBytes = 1_000_000;

/**
 * Layers that the classic store lacks.
 *
 * The store keys layers by chainID, the stack below included, and no API lists them: what is known
 * to be there are the stacks of its images. The images under the wanted tags come first, for they
 * most often share all but the top; all others follow only while more than a trifle is missing.
 */
export async function missingFromClassicStore(
  engine: Engine,
  layers: readonly Layer[],
  tagged: readonly TaggedImage[],
  options: CallOptions,
): Promise<MissingLayers> {
  const held = new Set(tagged.flatMap(({ diffIds = [] }) => chainIdsOf(diffIds)));
  const all = eachOnce(layers.map(({ descriptor }) => descriptor));
  const missing = () =>
    eachOnce(
      layers.filter(({ chainId }) => !held.has(chainId)).map(({ descriptor }) => descriptor),
    );
  if (isNegligible(missing(), all))
    return presence(all, missing(), 'the images under its tags share');
  const seen = new Set(tagged.map(({ id }) => id));
  for await (const { diffIds } of otherImages(engine, seen, options)) {
    for (const chainId of chainIdsOf(diffIds)) held.add(chainId);
    if (missing().length === 0) break;
  }
  return presence(all, missing(), 'its images share');
}

/** Whether the rest is worth no further search: only where something was found, so that small images are not sent whole. */
function isNegligible(missing: readonly Descriptor[], all: readonly Descriptor[]): boolean {
  return missing.length < all.length && totalSize(missing) < negligibleBytes;
}

/** The newest first. */
async function* otherImages(
  engine: Engine,
  seen: ReadonlySet<Digest>,
  options: CallOptions,
): AsyncGenerator<ImageInspect> {
  const others = (await engine.listImages(options)).filter(({ id }) => !seen.has(id));
  others.sort((a, b) => b.createdUnix - a.createdUnix);
  for (const { id } of others.slice(0, maxInspected)) {
    const image = await engine.inspectImage(id, options);
    if (image) yield image;
  }
}

/**
 * Layers that the images under the tags lack, `undefined` when that is none or it is worth asking for all blobs.
 *
 * An image may have been tagged without its blobs: what was taken for present has to be looked for
 * after the load (see `verifyLayers`).
 */
export function missingFromTagged(
  layers: readonly Descriptor[],
  tagged: readonly TaggedImage[],
): MissingLayers | undefined {
  const held = new Set(tagged.flatMap(({ layers: digests = [] }) => digests));
  const missing = layers.filter(({ digest }) => !held.has(digest));
  if (missing.length === 0 || !isNegligible(missing, layers)) return undefined;
  return presence(layers, missing, 'the images under its tags share');
}

/** Layers whose blobs the containerd store lacks; a diffID may be unpacked there while its blob is gone. */
export function missingFromContainerdStore(
  layers: readonly Descriptor[],
  blobs: ReadonlySet<string>,
): MissingLayers {
  const missing = layers.filter(({ digest }) => !blobs.has(digest));
  return presence(layers, missing, 'its content store holds');
}

function presence(
  all: readonly Descriptor[],
  missing: readonly Descriptor[],
  finding: string,
): MissingLayers {
  return { missing, evidence: `${finding} ${all.length - missing.length} of ${all.length} layers` };
}

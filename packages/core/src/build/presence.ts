import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { ImageInspect } from '../engine/image-answers.js';
import { chainIdsOf } from '../oci/chain-id.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { Layer } from '../oci/layer-stack.js';
import { eachOnce } from './image.js';
import type { TaggedImage } from './observe-engine.js';

/** Which of an image's layers a daemon holds, and how that is known. */
export interface Presence {
  /** Each once. */
  readonly missing: readonly Descriptor[];
  readonly evidence: string;
}

/** Inspecting an image takes about a millisecond; past this many the search costs more than it can save. */
const maxInspected = 200;

/**
 * Layers that the classic store lacks.
 *
 * The store keys layers by chainID, the stack below included, and no API lists them: what is known
 * to be there are the stacks of its images. The images under the wanted tags come first, for they
 * most often share all but the top; all others follow only while something is missing.
 */
export async function missingFromClassicStore(
  engine: Engine,
  layers: readonly Layer[],
  tagged: readonly TaggedImage[],
  options: CallOptions,
): Promise<Presence> {
  const held = new Set(tagged.flatMap(({ diffIds = [] }) => chainIdsOf(diffIds)));
  const missing = () => layers.filter(({ chainId }) => !held.has(chainId));
  if (missing().length > 0) {
    const seen = new Set(tagged.map(({ id }) => id));
    for await (const { diffIds } of otherImages(engine, seen, options)) {
      for (const chainId of chainIdsOf(diffIds)) held.add(chainId);
      if (missing().length === 0) break;
    }
  }
  return presence(
    eachOnce(layers.map(({ descriptor }) => descriptor)).length,
    eachOnce(missing().map(({ descriptor }) => descriptor)),
    'its images share',
  );
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

/** Layers whose blobs the containerd store lacks; a diffID may be unpacked there while its blob is gone. */
export function missingFromContainerdStore(
  layers: readonly Descriptor[],
  blobs: ReadonlySet<string>,
): Presence {
  const missing = layers.filter(({ digest }) => !blobs.has(digest));
  return presence(layers.length, missing, 'its content store holds');
}

function presence(total: number, missing: readonly Descriptor[], finding: string): Presence {
  return { missing, evidence: `${finding} ${total - missing.length} of ${total} layers` };
}

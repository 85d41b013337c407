import type { Engine } from '../engine/engine.js';
import { cancelled, messageOf } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { documentBytes, imageArchive } from './archive.js';
import type { BuildResult } from './build-result.js';
import type { Image } from './image.js';
import { type ImagePart, layersOfParts } from './image-parts.js';
import { inTurn } from './in-turn.js';
import type { LayerForm } from './layer-form.js';
import type { LoadOptions } from './load-image.js';
import { endingLate, lateSignal } from './stale-index.js';

/** What is sent, and how. */
export interface Shipment {
  /** An archive each, from the bottom up; the last one's image is the one that is wanted. */
  readonly parts: readonly ImagePart[];
  readonly form: LayerForm;
  /** As for `imageArchive`. */
  readonly longIndex?: boolean | undefined;
}

export interface Sent {
  readonly layers: number;
  /** As the builder holds them, with the documents. */
  readonly sizeBytes: number;
}

/**
 * Streams the layers from the builder into the daemon.
 *
 * A daemon takes in a whole archive before it unpacks the first layer. Many bytes therefore go in
 * parts, of which it unpacks one while it takes in the next; the partial images are removed in the end.
 */
export async function sendLayers(
  result: BuildResult,
  engine: Engine,
  image: Image,
  { parts, form, longIndex }: Shipment,
  options: LoadOptions,
): Promise<Sent> {
  const { signal, onProgress } = options;
  const layers = layersOfParts(parts);
  const totalBytes = layers.reduce((sum, { size }) => sum + size, 0);
  // A single one is fetched from wherever it is; several are found missing in one go.
  if (layers.length > 1) await result.content.prepare?.(layers, { signal });
  let sentBytes = 0;
  const bytesOf = new Map<Digest, number>();
  const onBytes = (sizeBytes: number, layer: Descriptor) => {
    sentBytes += sizeBytes;
    const layerBytes = (bytesOf.get(layer.digest) ?? 0) + sizeBytes;
    bytesOf.set(layer.digest, layerBytes);
    onProgress?.({ type: 'load', sentBytes, totalBytes, layer, layerBytes });
  };
  const loaded: ImagePart[] = [];
  try {
    await inTurn(parts, signal, async (part, { signal: either, turn }) => {
      const late = lateSignal(either);
      const archiveOptions = { signal: late, form, longIndex, onBytes, beforeDocuments: turn };
      const archive = imageArchive(part.image, part.layers, result.content, archiveOptions);
      await engine.loadImages(endingLate(archive), { signal: late });
      loaded.push(part);
      if (either.aborted) throw cancelled(`load of image ${result.digest}`, either);
    });
  } finally {
    const partial = loaded.filter((part) => part.image !== image);
    for (const { image: unwanted } of partial) await removePartial(unwanted, engine, options);
  }
  return { layers: layers.length, sizeBytes: totalBytes + documentBytes(image) };
}

/** A daemon that is stuck must not keep anybody from ending. */
const removalTimeoutMs = 5_000;

async function removePartial(image: Image, engine: Engine, { onProgress }: LoadOptions) {
  const ids = [image.root, ...image.manifests.map(({ config }) => config)].map(
    ({ descriptor }) => descriptor.digest,
  );
  try {
    // One of the two is its name, depending on the store.
    const signal = AbortSignal.timeout(removalTimeoutMs);
    for (const id of ids) if (await engine.removeImage(id, { signal, noPrune: true })) return;
  } catch (error) {
    onProgress?.({ type: 'notice', message: leftBehind(image, error) });
  }
}

function leftBehind({ root }: Image, error: unknown): string {
  const { digest } = root.descriptor;
  return `a partial image of the load was not removed (${messageOf(error)}); \`docker image prune\` does it: ${digest}`;
}

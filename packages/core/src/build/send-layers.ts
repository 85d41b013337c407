import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { documentBytes, imageArchive } from './archive.js';
import type { BuildResult } from './build-result.js';
import { type Image, layersOf } from './image.js';
import type { LayerForm } from './layer-form.js';
import type { LoadOptions } from './load-image.js';
import type { EngineObservation } from './observe-engine.js';
import { listBlobs } from './plan-missing.js';

/** What goes into one archive. */
export interface Shipment {
  readonly layers: readonly Descriptor[];
  readonly form: LayerForm;
}

export interface Sent {
  readonly layers: number;
  /** As the builder holds them, with the documents. */
  readonly sizeBytes: number;
}

/** Streams the layers from the builder into the daemon. */
export async function sendLayers(
  result: BuildResult,
  engine: Engine,
  image: Image,
  { layers, form }: Shipment,
  options: LoadOptions,
): Promise<Sent> {
  const { signal, onProgress } = options;
  const totalBytes = layers.reduce((sum, { size }) => sum + size, 0);
  await result.content.prepare?.(layers, { signal });
  let sentBytes = 0;
  const archive = imageArchive(image, layers, result.content, {
    signal,
    form,
    onBytes: (sizeBytes) => {
      sentBytes += sizeBytes;
      onProgress?.({ type: 'load', sentBytes, totalBytes });
    },
  });
  await engine.loadImages(archive, { signal });
  return { layers: layers.length, sizeBytes: totalBytes + documentBytes(image) };
}

/**
 * Throws `LOAD_FAILED` unless the daemon holds the image whole.
 *
 * The containerd store takes an archive with absent layers unchecked, so its blobs are counted
 * afterwards; the classic store has refused such an archive itself.
 */
export async function verifyLoaded(
  imageId: Digest,
  tags: readonly string[],
  engine: Engine,
  image: Image,
  observed: EngineObservation,
  options: CallOptions,
): Promise<void> {
  // Tagging proves it too, and costs a fraction on the containerd store.
  if (tags.length === 0 && !(await engine.inspectImage(imageId, options))) {
    throw new WarmdockError(
      'LOAD_FAILED',
      `the daemon took the archive of image ${imageId} but does not hold the image`,
    );
  }
  if (observed.info.store === 'classic') return;
  const blobs = await listBlobs(engine, options);
  // A daemon that does not tell was sent all layers.
  if (!blobs) return;
  const absent = layersOf(image).filter(({ digest }) => !blobs.has(digest));
  if (absent.length === 0) return;
  const names = absent.map(({ digest }) => digest).join(', ');
  throw new WarmdockError(
    'LOAD_FAILED',
    `the daemon holds image ${imageId} without its layers ${names}`,
  );
}

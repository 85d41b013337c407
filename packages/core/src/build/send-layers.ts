import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { documentBytes, imageArchive } from './archive.js';
import type { BuildResult } from './build-result.js';
import type { DaemonBlobs } from './daemon-blobs.js';
import { type Image, layersOf } from './image.js';
import type { LayerForm } from './layer-form.js';
import type { LoadOptions } from './load-image.js';

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
  // A single one is fetched from wherever it is; several are found missing in one go.
  if (layers.length > 1) await result.content.prepare?.(layers, { signal });
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

/** Throws `LOAD_FAILED` unless the daemon knows the image; tagging proves it too, and costs a fraction on the containerd store. */
export async function verifyKnown(
  imageId: Digest,
  engine: Engine,
  options: CallOptions,
): Promise<void> {
  if (await engine.inspectImage(imageId, options)) return;
  throw new WarmdockError(
    'LOAD_FAILED',
    `the daemon took the archive of image ${imageId} but does not hold the image`,
  );
}

/**
 * Throws `LOAD_FAILED` unless a containerd store holds all layers of the image, of which it was sent some.
 *
 * It takes an archive with absent layers unchecked; the classic store refuses such an archive itself.
 */
export async function verifyLayers(
  imageId: Digest,
  image: Image,
  sent: readonly Descriptor[],
  daemon: DaemonBlobs,
  options: CallOptions,
): Promise<void> {
  const layers = layersOf(image);
  const blobs = await daemon.held(layers, options);
  if (!blobs && sent.length === layers.length) return;
  const absent = layers.filter(({ digest }) => !blobs?.has(digest));
  if (absent.length === 0) return;
  const names = absent.map(({ digest }) => digest).join(', ');
  throw new WarmdockError(
    'LOAD_FAILED',
    blobs
      ? `the daemon holds image ${imageId} without its layers ${names}`
      : `the daemon does not tell whether it holds the layers of image ${imageId}`,
  );
}

import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import { WarmdockError } from '../../errors.js';
import type { Digest } from '../../oci/digest.js';
import type { EngineBlobs } from '../compare/engine-blobs.js';
import { type Image, layersOf } from '../image/image.js';

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
  wasSentWhole: boolean,
  daemon: EngineBlobs,
  options: CallOptions,
): Promise<void> {
  const layers = layersOf(image);
  const blobs = await daemon.held(layers, options);
  if (!blobs && wasSentWhole) return;
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

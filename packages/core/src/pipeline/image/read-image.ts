import type { CallOptions, ContentSource, UnsizedDescriptor } from '../../content/content.js';
import { readBlob } from '../../content/read-blob.js';
import { WarmdockError } from '../../errors.js';
import { type Descriptor, isAttestation } from '../../oci/descriptor.js';
import { parseImageConfig } from '../../oci/image-config.js';
import { layerStackOf } from '../../oci/layer-stack.js';
import { parseIndex, parseManifest } from '../../oci/manifest.js';
import { kindOf } from '../../oci/media-types.js';
import { formatPlatform, type Platform } from '../../oci/platform.js';
import { choosePlatform } from '../../oci/platform-match.js';
import type { Document, Image, ImageManifest } from './image.js';

/** Reads an image's manifests and configs, verified; throws `NOT_FOUND` and `DIGEST_MISMATCH` as the source does. */
export async function readImage(
  source: ContentSource,
  root: UnsizedDescriptor,
  options: CallOptions = {},
): Promise<Image> {
  const document = await readDocument(source, root, options);
  if (kindOf(root.mediaType) !== 'index') return singleImage(source, document, options);
  const { manifests } = parseIndex(document.bytes);
  const read = async (descriptor: Descriptor) =>
    readManifest(source, await readDocument(source, descriptor, options), options);
  return { root: document, manifests: await Promise.all(manifests.map(read)) };
}

/**
 * As `readImage`, but of an index only the part that a host of this platform runs, as an image of its own.
 *
 * The rest, such as attestations, is not even read. Throws `UNSUPPORTED` when there is no such part.
 */
export async function readImageFor(
  host: Platform,
  source: ContentSource,
  root: UnsizedDescriptor,
  options: CallOptions = {},
): Promise<Image> {
  const document = await readDocument(source, root, options);
  if (kindOf(root.mediaType) !== 'index') return singleImage(source, document, options);
  const chosen = choosePlatform(host, parseIndex(document.bytes).manifests);
  if (chosen) return singleImage(source, await readDocument(source, chosen, options), options);
  const platform = formatPlatform(host);
  throw new WarmdockError('UNSUPPORTED', `image ${root.digest} has nothing for ${platform}`, {
    hint: `build for platform ${platform}`,
  });
}

async function singleImage(
  source: ContentSource,
  manifest: Document,
  options: CallOptions,
): Promise<Image> {
  return { root: manifest, manifests: [await readManifest(source, manifest, options)] };
}

async function readManifest(
  source: ContentSource,
  document: Document,
  options: CallOptions,
): Promise<ImageManifest> {
  const manifest = parseManifest(document.bytes);
  const config = await readDocument(source, manifest.config, options);
  const image = { ...document, config, layers: manifest.layers };
  if (isAttestation(document.descriptor)) return image;
  return { ...image, stack: layerStackOf(manifest, parseImageConfig(config.bytes)) };
}

async function readDocument(
  source: ContentSource,
  descriptor: UnsizedDescriptor,
  options: CallOptions,
): Promise<Document> {
  const bytes = await readBlob(source, descriptor, options);
  return { descriptor: { ...descriptor, size: bytes.length }, bytes };
}

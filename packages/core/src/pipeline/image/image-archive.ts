import type { Descriptor } from '../../oci/descriptor.js';
import { algorithmOf, hexOf } from '../../oci/digest.js';
import { archiveEnd } from '../../tar/header.js';
import { tarFile } from '../../tar/write-file.js';
import type { Document, Image } from './image.js';
import type { LayerBytes } from './layer-encoding.js';

export interface ArchiveOptions {
  /** Whether `index.json` is longer than any other, default false; see `stale-index`. */
  readonly longIndex?: boolean | undefined;
  /** Waited for when all layers are written: without what follows, nobody can load the archive. */
  readonly beforeDocuments?: (() => Promise<void>) | undefined;
}

/** A layer's file, opened when its turn comes. */
export interface ArchiveLayer {
  readonly descriptor: Descriptor;
  open(): Promise<LayerBytes>;
}

/**
 * An archive of images that `POST /images/load` takes, holding only the given layers.
 *
 * One archive serves both stores: the classic one reads `manifest.json` and opens a layer's file
 * only when it lacks that chainID; the containerd store sees `oci-layout`, imports `index.json` and
 * skips blobs that are absent. It names no image, so loading it moves no tag. Images that stand on
 * others come after them.
 * Formats: OCI image layout 1.0 and Docker's image archive (moby, image/tarexport).
 */
export async function* imageArchive(
  images: readonly Image[],
  layers: readonly ArchiveLayer[],
  { longIndex, beforeDocuments }: ArchiveOptions = {},
): AsyncGenerator<Uint8Array> {
  // First, so that a daemon that cannot take it in says so before any layer is sent.
  yield* document('index.json', ociIndex(images, longIndex));
  for (const { descriptor, open } of layers) {
    const { sizeBytes, chunks } = await open();
    yield* tarFile(blobPath(descriptor), sizeBytes, chunks);
  }
  await beforeDocuments?.();
  yield* document('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  yield* document('manifest.json', dockerManifest(images));
  for (const { descriptor, bytes } of documentsOf(images))
    yield* document(blobPath(descriptor), bytes);
  yield archiveEnd;
}

/** Bytes of the documents that every archive of the image carries. */
export function documentBytes(image: Image): number {
  return documentsOf([image]).reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function documentsOf(images: readonly Image[]): Document[] {
  const documents = images.flatMap(({ root, manifests }) => [
    ...manifests.flatMap((manifest) => [manifest.config, manifest]),
    root,
  ]);
  return [...new Map(documents.map((each) => [each.descriptor.digest, each])).values()];
}

/** A daemon's own, of the images that were saved together, has some 400 bytes for each. */
const longIndexBytes = 1024 * 1024;

/** The archive's list of images for the containerd store; a long one ends with blanks. */
export function ociIndex(images: readonly Image[], isLong = false): string {
  const manifests = images.map(({ root: { descriptor } }) => {
    const { mediaType, digest, size } = descriptor;
    return { mediaType, digest, size };
  });
  const index = JSON.stringify({ schemaVersion: 2, manifests });
  return isLong ? index.padEnd(longIndexBytes) : index;
}

/** The classic store wants every layer listed under a path of its own, whether or not the file is there. */
function dockerManifest(images: readonly Image[]): string {
  const entries = images
    .flatMap(({ manifests }) => manifests)
    .filter(({ stack }) => stack !== undefined)
    .map(({ config, layers }) => ({
      Config: blobPath(config.descriptor),
      RepoTags: null,
      Layers: layers.map(blobPath),
    }));
  return JSON.stringify(entries);
}

function blobPath({ digest }: Descriptor): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
}

function document(name: string, content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  return tarFile(name, bytes.length, [bytes]);
}

import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { type Index, type Manifest, parseManifestOrIndex } from '../../oci/manifest.js';
import { kindOf } from '../../oci/media-types.js';
import type { CallOptions, ContentSource } from '../content.js';
import { readBlob } from '../read-blob.js';

/** All that belongs to an image. */
export interface ImageGraph {
  readonly root: Descriptor;
  /** Manifests and indexes with their bytes, each after those that it names. */
  readonly manifests: readonly { readonly descriptor: Descriptor; readonly bytes: Uint8Array }[];
  /** Configs and layers, each once. */
  readonly blobs: readonly Descriptor[];
}

/** An index in an index in an index: more is nothing that anybody makes. */
const maxDepth = 5;

/** True for what names other blobs. */
export function hasChildren({ mediaType }: Pick<Descriptor, 'mediaType'>): boolean {
  const kind = kindOf(mediaType);
  return kind === 'index' || kind === 'manifest';
}

/** Layers that only their publisher may distribute, and that come from elsewhere. */
function isForeign({ mediaType }: Descriptor): boolean {
  return mediaType.includes('nondistributable') || mediaType.includes('foreign');
}

/** How a graph is read. */
export interface ReadGraphOptions extends CallOptions {
  readonly isWhole?: (each: Descriptor) => Promise<boolean>;
  /** The root's own bytes, where the source does not have them. */
  readonly rootBytes?: Uint8Array | undefined;
}

/**
 * Reads the manifests of an image from the root down.
 *
 * `isWhole` tells of manifests that the destination has with all that belongs to them: they are left
 * out. Throws what the source throws, `PROTOCOL` for documents that are none.
 */
export async function readImageGraph(
  source: ContentSource,
  root: Descriptor,
  { isWhole, rootBytes, signal }: ReadGraphOptions,
): Promise<ImageGraph> {
  const manifests = new Map<Digest, ImageGraph['manifests'][number]>();
  const blobs = new Map<Digest, Descriptor>();

  /** The size of a root may be what a registry said of it, which need not be true. */
  async function bytesOf(descriptor: Descriptor, isRoot: boolean): Promise<Uint8Array> {
    if (!isRoot) return readBlob(source, descriptor, { signal });
    const { mediaType, digest } = descriptor;
    return rootBytes ?? readBlob(source, { mediaType, digest }, { signal });
  }

  async function visit(descriptor: Descriptor, depth: number): Promise<void> {
    if (manifests.has(descriptor.digest) || blobs.has(descriptor.digest)) return;
    if (!hasChildren(descriptor) || depth > maxDepth) {
      if (!isForeign(descriptor)) blobs.set(descriptor.digest, descriptor);
      return;
    }
    if (await isWhole?.(descriptor)) return;
    const bytes = await bytesOf(descriptor, depth === 0);
    for (const child of childrenOf(parseManifestOrIndex(bytes))) await visit(child, depth + 1);
    manifests.set(descriptor.digest, { descriptor: { ...descriptor, size: bytes.length }, bytes });
  }

  await visit(root, 0);
  return {
    root: manifests.get(root.digest)?.descriptor ?? root,
    manifests: [...manifests.values()],
    blobs: [...blobs.values()],
  };
}

function childrenOf(document: Manifest | Index): readonly Descriptor[] {
  return document.kind === 'index' ? document.manifests : [document.config, ...document.layers];
}

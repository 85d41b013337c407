import { gzipSync } from 'node:zlib';
import { type MemorySource, memorySource } from '../../content/testing/memory-source.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { ATTESTATION_ANNOTATION } from '../../oci/descriptor.js';
import { type Digest, digestOf } from '../../oci/digest.js';
import { MediaType } from '../../oci/media-types.js';
import { defaultPlatform, type Platform } from '../../oci/platform.js';
import type { BuildResult } from '../result/build-result.js';

/** An image whose blobs are in a source. */
export interface StoredImage {
  readonly root: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly diffIds: readonly Digest[];
}

export interface StoredImageOptions {
  /** Default that of this machine. */
  readonly platform?: Platform;
  /** Default gzip. */
  readonly compression?: 'gzip' | 'none';
}

/** Puts an image with these layers into the source. */
export function putImage(
  source: MemorySource,
  contents: readonly (string | Uint8Array)[],
  { platform = defaultPlatform(), compression = 'gzip' }: StoredImageOptions = {},
): StoredImage {
  const layers = contents.map((content) =>
    compression === 'gzip'
      ? source.add(gzipSync(content), MediaType.ociLayerGzip)
      : source.add(Buffer.from(content), MediaType.ociLayer),
  );
  const diffIds = contents.map((content) => digestOf(content));
  const config = putJson(source, MediaType.ociConfig, {
    ...platform,
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  return { root: putManifest(source, config, layers), config, layers, diffIds };
}

/** Puts what BuildKit says of an image's origin, as it stands beside the image in an index. */
export function putAttestation(source: MemorySource, subject: Descriptor): Descriptor {
  const layer = source.add(Buffer.from(`about ${subject.digest}`), 'application/vnd.in-toto+json');
  const rootfs = { type: 'layers', diff_ids: [] };
  const unknown = { architecture: 'unknown', os: 'unknown' };
  const config = putJson(source, MediaType.ociConfig, { ...unknown, rootfs });
  const annotations = { [ATTESTATION_ANNOTATION]: 'attestation-manifest' };
  return { ...putManifest(source, config, [layer]), platform: unknown, annotations };
}

export function putIndex(source: MemorySource, manifests: readonly Descriptor[]): Descriptor {
  return putJson(source, MediaType.ociIndex, {
    schemaVersion: 2,
    mediaType: MediaType.ociIndex,
    manifests,
  });
}

function putManifest(source: MemorySource, config: Descriptor, layers: readonly Descriptor[]) {
  const mediaType = MediaType.ociManifest;
  return putJson(source, mediaType, { schemaVersion: 2, mediaType, config, layers });
}

function putJson(source: MemorySource, mediaType: string, value: unknown): Descriptor {
  return source.add(Buffer.from(JSON.stringify(value)), mediaType);
}

/** A build's result as the exporter describes it. */
export function resultOf(
  content: BuildResult['content'],
  root: Descriptor,
  { tags = ['docker.io/library/app:latest'], configDigest }: Partial<BuildResult> = {},
): BuildResult {
  return {
    digest: root.digest,
    ...(configDigest && { configDigest }),
    tags,
    descriptor: root,
    ref: 'ref',
    exporterResponse: Promise.resolve({}),
    content,
    timingsMs: { connect: 1, solve: 2 },
  };
}

/** A source with one image of gzip layers, and its result. */
export function builtImage(...contents: string[]) {
  const source = memorySource();
  const image = putImage(source, contents);
  const result = resultOf(source, image.root, { configDigest: image.config.digest });
  return { source, image, result };
}

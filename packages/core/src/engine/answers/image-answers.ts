import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, isDigest } from '../../oci/digest.js';
import { normalizePlatform, type Platform } from '../../oci/platform.js';
import { WireObject } from './wire-object.js';

/** An image in the daemon's list. */
export interface ImageSummary {
  /** What the daemon calls the image: see `ImageStoreKind`. */
  readonly id: Digest;
  /** In docker's short form, `app:latest`; empty for an untagged image. */
  readonly tags: readonly string[];
  readonly createdUnix: number;
}

/** What a daemon knows of one image. */
export interface ImageInspect {
  readonly id: Digest;
  readonly tags: readonly string[];
  /** From the bottom up; empty when the daemon holds the image for other platforms only. */
  readonly diffIds: readonly Digest[];
  /** Of the manifest or index; the containerd store tells it from API 1.48 on. */
  readonly descriptor?: Descriptor;
  readonly platform?: Platform;
  /** All layers; the containerd store counts the compressed blobs. */
  readonly sizeBytes: number;
}

export function parseInspect(answer: unknown): ImageInspect {
  const image = new WireObject(answer, "the Docker daemon's answer about an image");
  const descriptor = image.object('Descriptor');
  const os = image.optionalText('Os');
  const architecture = image.optionalText('Architecture');
  const variant = image.optionalText('Variant');
  return {
    id: toDigest(image.text('Id')),
    tags: tagsOf(image),
    diffIds: image.object('RootFS')?.texts('Layers').map(toDigest) ?? [],
    ...(descriptor && { descriptor: toDescriptor(descriptor) }),
    ...(os &&
      architecture && {
        platform: normalizePlatform({ os, architecture, ...(variant && { variant }) }),
      }),
    sizeBytes: image.optionalNumber('Size') ?? 0,
  };
}

export function parseImageList(answer: unknown): ImageSummary[] {
  if (!Array.isArray(answer))
    throw new WarmdockError('PROTOCOL', "the Docker daemon's list of images is not a list");
  return answer.map((entry) => {
    const image = new WireObject(entry, "an entry of the Docker daemon's list of images");
    return {
      id: toDigest(image.text('Id')),
      tags: tagsOf(image),
      createdUnix: image.optionalNumber('Created') ?? 0,
    };
  });
}

/** The id in an image's history: that of its newest entry; `undefined` when the image has no history. */
export function parseHistoryId(answer: unknown): Digest | undefined {
  if (!Array.isArray(answer))
    throw new WarmdockError('PROTOCOL', "the Docker daemon's history of an image is not a list");
  if (answer.length === 0) return undefined;
  const id =
    new WireObject(answer[0], "the Docker daemon's history of an image").optionalText('Id') ?? '';
  return isDigest(id) ? id : undefined;
}

/** Docker < 24 lists an untagged image under this name. */
function tagsOf(image: WireObject): string[] {
  return image.texts('RepoTags').filter((tag) => tag !== '<none>:<none>');
}

function toDescriptor(wire: WireObject): Descriptor {
  return {
    mediaType: wire.text('mediaType'),
    digest: toDigest(wire.text('digest')),
    size: wire.optionalNumber('size') ?? 0,
  };
}

function toDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new WarmdockError(
    'PROTOCOL',
    `the Docker daemon names ${JSON.stringify(text.slice(0, 100))} where a digest belongs`,
  );
}

import * as z from 'zod/mini';
import { messageOf, WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { algorithmOf, type Digest, digestOf, hexOf, isDigest } from '../../oci/digest.js';
import { parseImageConfig } from '../../oci/image-config.js';
import { parseIndex } from '../../oci/manifest.js';
import { MediaType } from '../../oci/media-types.js';
import type { ArchiveFiles } from './archive-files.js';

/** What an archive holds. */
export interface ArchivedImages {
  /** The path of a blob's file, or the bytes of a document that the archive does not have. */
  readonly blobs: ReadonlyBlobs;
  readonly names: ReadonlyMap<string, Descriptor>;
  /** Where there is one image. */
  readonly only: Descriptor | undefined;
}

interface ReadonlyBlobs {
  has(digest: Digest): boolean;
  get(digest: Digest): string | Buffer | undefined;
}

const listSchema = z.array(
  z.looseObject({
    Config: z.string(),
    RepoTags: z.nullish(z.array(z.string())),
    Layers: z.nullish(z.array(z.string())),
  }),
);

/** By which containerd and docker name the images of a layout. */
const nameAnnotation = 'io.containerd.image.name';

/** Finds the images of an archive: by its OCI index, or by docker's own list. Throws `PROTOCOL`. */
export function imagesInArchive(files: ArchiveFiles, path: string): ArchivedImages {
  const index = files.bytesOf('index.json');
  if (index) {
    const { manifests } = parseIndex(index);
    const isWhole = manifests.every(({ digest }) => files.sizeOf(pathOf(digest)) !== undefined);
    if (isWhole && manifests.length > 0) return byIndex(files, manifests, namesIn(index));
  }
  const list = files.bytesOf('manifest.json');
  if (!list) throw noArchive(path, 'it has neither index.json nor manifest.json');
  return byList(files, readList(list, path), path);
}

function byIndex(
  files: ArchiveFiles,
  manifests: readonly Descriptor[],
  names: readonly (string | undefined)[],
): ArchivedImages {
  const has = (digest: Digest) => files.sizeOf(pathOf(digest)) !== undefined;
  const named = manifests.flatMap((each, at): [string, Descriptor][] => {
    const name = names[at];
    return name === undefined ? [] : [[name, each]];
  });
  return {
    blobs: { has, get: (digest) => (has(digest) ? pathOf(digest) : undefined) },
    names: new Map(named),
    only: manifests.length === 1 ? manifests[0] : undefined,
  };
}

function namesIn(index: Buffer): (string | undefined)[] {
  const { manifests } = JSON.parse(index.toString('utf8')) as {
    manifests: { annotations?: Record<string, string> }[];
  };
  return manifests.map(({ annotations }) => annotations?.[nameAnnotation]);
}

type ArchiveList = z.infer<typeof listSchema>;

/** Of an archive without manifests they are made anew, of the same config and layers. */
function byList(files: ArchiveFiles, list: ArchiveList, path: string): ArchivedImages {
  const blobs = new Map<Digest, string | Buffer>();
  const names = new Map<string, Descriptor>();
  const put = (mediaType: string, bytes: Buffer): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const roots = list.map(({ Config, RepoTags, Layers }) => {
    const config = files.bytesOf(Config);
    if (!config) throw noArchive(path, `it lacks ${Config}`);
    const { diffIds } = parseImageConfig(config);
    const layers = (Layers ?? []).map((name, at) => {
      const [size, digest] = [files.sizeOf(name), digestIn(name) ?? diffIds[at]];
      if (size === undefined || !digest) throw noArchive(path, `it lacks ${name}`);
      blobs.set(digest, name);
      return { mediaType: MediaType.ociLayer, digest, size };
    });
    const mediaType = MediaType.ociManifest;
    const document = {
      schemaVersion: 2,
      mediaType,
      config: put(MediaType.ociConfig, config),
      layers,
    };
    const root = put(mediaType, Buffer.from(JSON.stringify(document)));
    for (const name of RepoTags ?? []) names.set(name, root);
    return root;
  });
  return { blobs, names, only: roots.length === 1 ? roots[0] : undefined };
}

function readList(bytes: Buffer, path: string): ArchiveList {
  try {
    return listSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw noArchive(path, `its manifest.json cannot be read: ${messageOf(cause)}`);
  }
}

function pathOf(digest: Digest): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
}

function digestIn(path: string): Digest | undefined {
  const [, algorithm, hex] = /^blobs\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const digest = `${algorithm}:${hex}`;
  return isDigest(digest) ? digest : undefined;
}

function noArchive(path: string, why: string): WarmdockError {
  return new WarmdockError('PROTOCOL', `${path} is no archive of docker save: ${why}`);
}

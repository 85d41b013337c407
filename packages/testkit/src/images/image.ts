import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from './random-bytes.js';
import { makeTar, type TarFile } from './tar.js';

/** An image as `docker save` would write it: an OCI layout that also has Docker's manifest.json. */
export interface TestImage {
  /** Name and tag as given; without a registry in front, one of Docker Hub's own. */
  name: string;
  /** The files of the layout. */
  layout: readonly LayoutFile[];
  /** The same as a tar archive. */
  archive: Buffer;
  manifestDigest: string;
  /** The image id on the classic store. */
  configDigest: string;
  diffIds: string[];
}

export interface LayoutFile {
  name: string;
  content: Uint8Array | string;
}

export interface RandomImageOptions {
  name: string;
  /** Default 3. */
  layers?: number;
  /** Default 1,024. */
  layerBytes?: number;
  /** Files that a layer's bytes are spread over; default 1. */
  layerFiles?: number;
  /** Default: the name. */
  seed?: string;
}

/** An image of incompressible layers; it cannot run, only move. */
export async function randomImage(options: RandomImageOptions): Promise<TestImage> {
  const { name, layers = 3, layerBytes = 1024, layerFiles = 1, seed = name } = options;
  const contents = Array.from({ length: layers }, (_, index) => {
    const folder = `layer-${index}`;
    const next = randomBytes(`${seed}/${folder}`);
    if (layerFiles === 1) return [{ name: folder, content: next(layerBytes) }];
    const sizeBytes = Math.floor(layerBytes / layerFiles);
    return Array.from({ length: layerFiles }, (_, file) => {
      return { name: `${folder}/${file}`, content: next(sizeBytes) };
    });
  });
  return makeImage(name, contents, {});
}

/** A runnable image of one static busybox, for `FROM` and `docker run` without a network. */
export async function busyboxImage(rootfs: string, name = 'busybox:test'): Promise<TestImage> {
  const program = await readFile(join(rootfs, 'usr/bin/busybox'));
  const applets = [
    'sh',
    'cat',
    'ls',
    'echo',
    'sleep',
    'true',
    'false',
    'env',
    'mkdir',
    'touch',
    'dd',
    'id',
  ];
  const links = applets.map((applet) => ({ name: `bin/${applet}`, linkTo: 'busybox' }));
  const files = [{ name: 'bin/busybox', content: program, mode: 0o755 }, ...links];
  return makeImage(name, [files], { Env: ['PATH=/bin'], Cmd: ['sh'] });
}

/** An image of these files, a layer for each list; `config` as OCI has it. */
export async function makeImage(
  name: string,
  layerFiles: readonly (readonly TarFile[])[],
  config: object,
): Promise<TestImage> {
  const layers = await Promise.all(layerFiles.map(async (files) => blobOf(await makeTar(files))));
  const diffIds = layers.map(({ digest }) => digest);
  const image = blobOf({
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'testkit' })),
  });
  const manifest = blobOf({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptorOf(image, mediaTypes.config),
    layers: layers.map((layer) => descriptorOf(layer, mediaTypes.layer)),
  });
  const layout: LayoutFile[] = [
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    ...[...layers, image, manifest].map((blob) => ({ name: blob.path, content: blob.bytes })),
    { name: 'index.json', content: JSON.stringify(indexOf(name, manifest)) },
    { name: 'manifest.json', content: JSON.stringify(dockerManifest(name, image, layers)) },
  ];
  return {
    name,
    layout,
    archive: await makeTar(layout),
    manifestDigest: manifest.digest,
    configDigest: image.digest,
    diffIds,
  };
}

const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

interface Blob {
  bytes: Buffer;
  digest: string;
  path: string;
}

function blobOf(content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { bytes, digest: `sha256:${hex}`, path: `blobs/sha256/${hex}` };
}

function descriptorOf({ bytes, digest }: Blob, mediaType: string) {
  return { mediaType, digest, size: bytes.length };
}

function indexOf(name: string, manifest: Blob) {
  const annotations = {
    'io.containerd.image.name': name.includes('/') ? name : `docker.io/library/${name}`,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
  return {
    schemaVersion: 2,
    manifests: [{ ...descriptorOf(manifest, mediaTypes.manifest), annotations }],
  };
}

function dockerManifest(name: string, image: Blob, layers: readonly Blob[]) {
  return [{ Config: image.path, RepoTags: [name], Layers: layers.map(({ path }) => path) }];
}

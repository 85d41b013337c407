import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { hostname, release, totalmem } from 'node:os';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { encodeBytesMessage, GrpcError, startFakeBuildkit } from '@warmdock/testkit';
import { extract } from 'tar-stream';
import { onTestFinished } from 'vitest';
import type { ImageInspect } from '../../engine/answers/image-answers.js';
import { parseEngineAddress } from '../../engine/endpoint/endpoint.js';
import type { Engine } from '../../engine/engine.js';
import { statusError } from '../../engine/http/engine-error.js';
import type { ImageStoreKind } from '../../engine/info.js';
import { WarmdockError } from '../../errors.js';
import { type Digest, parseDigest } from '../../oci/digest.js';
import { defaultPlatform } from '../../oci/platform.js';
import { formatReference } from '../../oci/reference.js';
import type { Progress } from '../../progress.js';
import { builtImage } from '../image/image.testing.js';
import { loadImage } from './load-image.js';

/** What an archive held, by path. */
export type Files = ReadonlyMap<string, Buffer>;

/** A daemon in memory that behaves as its kind does where loads are concerned. */
export interface TestDaemon {
  readonly engine: Engine;
  /** By id. */
  readonly images: Map<Digest, { readonly diffIds: readonly Digest[] }>;
  /** By normalised reference. */
  readonly tags: Map<string, Digest>;
  readonly blobs: Set<string>;
  /** The archives that were loaded, in order. */
  readonly loads: Files[];
  /** Called with each archive before it counts; may throw as a daemon does. */
  onLoad: (files: Files, nth: number) => void;
}

export interface TestDaemonOptions {
  /** Whether it runs on another machine than this, default false. */
  readonly isElsewhere?: boolean;
  /** How it refuses to tell which blobs it holds; default it tells. */
  readonly blobsRefusal?: 'no content service' | 'no way there' | 400 | 500 | 502;
}

export async function startDaemon(
  store: ImageStoreKind,
  { isElsewhere = false, blobsRefusal }: TestDaemonOptions = {},
): Promise<TestDaemon> {
  const blobs = new Set<string>();
  const embedded = await startFakeBuildkit({
    async *contentList() {
      if (blobsRefusal) throw new GrpcError(12, 'unknown service');
      for (const digest of blobs) {
        yield encodeBytesMessage(encodeBytesMessage(Buffer.from(digest)));
      }
    },
  });
  onTestFinished(() => embedded[Symbol.asyncDispose]());
  const id = randomUUID();
  const images: TestDaemon['images'] = new Map();
  const tags: TestDaemon['tags'] = new Map();
  const inspect = (id: Digest | undefined): ImageInspect | undefined => {
    const image = id && images.get(id);
    if (!image) return undefined;
    const names = [...tags].filter(([, named]) => named === id).map(([name]) => name);
    return { id, tags: names, diffIds: image.diffIds, sizeBytes: 0 };
  };
  const engine: Partial<Engine> = {
    endpoint: parseEngineAddress('unix:///run/docker.sock'),
    info: async () => ({
      store,
      id,
      serverVersion: '28',
      platform: defaultPlatform(),
      driver: '',
      machine: {
        name: hostname(),
        kernelVersion: release(),
        memoryBytes: isElsewhere ? 1 : totalmem(),
      },
    }),
    newestApiVersion: async () => '1.51',
    inspectImage: async (name) => inspect(tags.get(name) ?? (name as Digest)),
    resolveImage: async (reference) => tags.get(formatReference(reference)),
    listImages: async () => [...images.keys()].map((id) => ({ id, tags: [], createdUnix: 0 })),
    async tagImage(id, reference) {
      if (!images.has(id as Digest)) return false;
      tags.set(formatReference(reference), id as Digest);
      return true;
    },
    async loadImages(archive) {
      const files = await filesOf(archive);
      daemon.loads.push(files);
      daemon.onLoad(files, daemon.loads.length);
      for (const path of files.keys()) if (path.startsWith('blobs/')) blobs.add(digestAt(path));
      const loaded = imagesIn(files, store);
      for (const { id, diffIds } of loaded) images.set(id, { diffIds });
      return { loaded: loaded.map(({ id }) => id) };
    },
    async removeImage(name) {
      const id = tags.get(name) ?? (name as Digest);
      return images.delete(id);
    },
    async hijack() {
      if (typeof blobsRefusal === 'number')
        throw statusError('connecting to /grpc', blobsRefusal, 'a proxy says no');
      if (blobsRefusal === 'no way there') throw new WarmdockError('NOT_FOUND', 'page not found');
      return connect(Number(new URL(embedded.address).port), '127.0.0.1');
    },
  };
  const daemon: TestDaemon = {
    engine: engine as Engine,
    images,
    tags,
    blobs,
    loads: [],
    onLoad: () => {},
  };
  return daemon;
}

/** What a daemon says of an archive that it cannot use. */
export function refusal(): WarmdockError {
  return new WarmdockError('LOAD_FAILED', 'the Docker daemon says: no such file');
}

/** The digests of the layers that an archive held. */
export function layersIn(files: Files): Digest[] {
  const listed: { Layers: string[] }[] = jsonAt(files, 'manifest.json');
  const paths = new Set(listed.flatMap(({ Layers }) => Layers));
  return [...paths].filter((path) => files.has(path)).map(digestAt);
}

function imagesIn(files: Files, store: ImageStoreKind) {
  const roots: { digest: string }[] = jsonAt(files, 'index.json').manifests;
  const listed: { Config: string }[] = jsonAt(files, 'manifest.json');
  return listed.map(({ Config }, at) => {
    const diffIds: Digest[] = jsonAt(files, Config).rootfs.diff_ids;
    const id = store === 'classic' ? digestAt(Config) : parseDigest(roots[at]?.digest ?? '');
    return { id, diffIds };
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what is not as expected fails the test
function jsonAt(files: Files, path: string): any {
  return JSON.parse(String(files.get(path)));
}

function digestAt(path: string): Digest {
  return parseDigest(path.replace('blobs/sha256/', 'sha256:'));
}

/** The files of a tar archive. */
export async function filesOf(archive: AsyncIterable<Uint8Array>): Promise<Files> {
  const files = new Map<string, Buffer>();
  const parser = extract();
  Readable.from(archive)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser);
  for await (const entry of parser) files.set(entry.header.name, await buffer(entry));
  return files;
}

/** The image of layers `a` and `b` under its tag, and the result of a build that changed `b` to `c`. */
export async function changedImage(store: ImageStoreKind, options: TestDaemonOptions = {}) {
  const daemon = await startDaemon(store, options);
  const old = builtImage('a', 'b');
  const { imageId: oldId } = await loadImage(old.result, daemon.engine);
  daemon.loads.length = 0;
  const progress: Progress[] = [];
  const onProgress = (event: Progress) => void progress.push(event);
  return { daemon, oldId, ...builtImage('a', 'c'), progress, onProgress };
}

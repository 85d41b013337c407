import { randomBytes } from 'node:crypto';
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import type { ContentStore } from '../content/content.js';
import { describeBytes } from '../content/testing/memory-source.js';
import type { Descriptor } from '../oci/descriptor.js';
import { MediaType } from '../oci/media-types.js';
import { openRepository } from './open-repository.js';
import type { Repository } from './repository.js';
import type { RepositoryOptions } from './repository-options.js';

/** No login, proxy or certificate of the machine that runs the tests. */
export const env = { DOCKER_CONFIG: '/nonexistent', HOME: '/nonexistent' };

/** A fake registry that ends with the test. */
export async function fakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry(options);
  onTestFinished(() => registry[Symbol.asyncDispose]());
  return registry;
}

/** Opens a repository of it, which ends with the test. */
export async function opened(
  registry: FakeRegistry,
  path = 'team/app',
  options: RepositoryOptions = {},
): Promise<Repository> {
  const quick = { plainHttp: true, certsDirectories: [], stallMs: 500, ...options };
  const repository = await openRepository(`${registry.host}/${path}`, quick, { env });
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
}

export interface SmallImage {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Puts an image of random layers into a store, without a name; `subject` as a manifest has it. */
export async function putImage(
  store: ContentStore,
  {
    layerBytes = [200_000, 70_000],
    subject,
  }: { layerBytes?: readonly number[]; subject?: Descriptor } = {},
): Promise<SmallImage> {
  const put = async (bytes: Buffer, mediaType: string) => {
    const descriptor = describeBytes(bytes, mediaType);
    await store.push(descriptor, chunksOf(bytes));
    return descriptor;
  };
  const layers: Descriptor[] = [];
  for (const size of layerBytes) layers.push(await put(randomBytes(size), MediaType.ociLayer));
  const config = await put(Buffer.from(JSON.stringify({ id: Math.random() })), MediaType.ociConfig);
  const document = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers, subject };
  const manifest = await put(Buffer.from(JSON.stringify(document)), MediaType.ociManifest);
  return { manifest, config, layers };
}

export async function* chunksOf(bytes: Buffer, chunkBytes = 16_384): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** All of a list. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

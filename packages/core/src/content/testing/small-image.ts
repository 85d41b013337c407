import { randomBytes } from 'node:crypto';
import type { Descriptor } from '../../oci/descriptor.js';
import { MediaType } from '../../oci/media-types.js';
import type { ContentStore } from '../content.js';
import { describeBytes } from './memory-source.js';

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

/** Bytes as they come from a stream. */
export async function* chunksOf(
  bytes: Uint8Array,
  chunkBytes = 16_384,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

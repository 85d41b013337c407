import { createGunzip, type Gunzip } from 'node:zlib';
import type { CallOptions, ContentSource } from '../../content/content.js';
import { verified } from '../../content/verified.js';
import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { compressionOf } from '../../oci/media-types.js';

/**
 * How layers travel into a daemon: `stored` as the builder holds them, or `inflated`.
 *
 * The classic store does not care, and inflates at about 120 MB/s; this side does it at four times
 * that, beside the transfer. The containerd store keeps blobs by digest, so there they stay as they are.
 */
export type LayerEncoding = 'stored' | 'inflated';

/** A layer that can only travel as it is stored. */
export class UninflatableLayer extends WarmdockError {
  readonly layer: Digest;

  constructor({ digest }: Descriptor, why: string, cause?: unknown) {
    super('LOAD_FAILED', `layer ${digest} ${why}`, { cause });
    this.layer = digest;
  }
}

export interface OpenLayerOptions extends CallOptions {
  /** Called with the size of each of the layer's chunks as the builder holds it, whatever the form. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
}

/** A layer's bytes in one form, with the size that an archive announces before them. */
export interface LayerBytes {
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Larger than zlib's default of 16 KB: each output buffer costs a round through the thread pool. */
const inflateChunkBytes = 1024 * 1024;

/** RFC 1952: the last four bytes are the size of what was compressed, modulo 2^32. */
const trailerBytes = 4;

/**
 * Opens a layer in the given form; its stored bytes are verified against the digest either way.
 *
 * Layers that are not gzip stay as they are. Throws `UninflatableLayer` while reading when the layer can
 * only travel as stored: it cannot be inflated, or not to the size that was announced, as for gzip
 * files of several members or above 4 GB.
 */
export async function openLayer(
  source: ContentSource,
  layer: Descriptor,
  form: LayerEncoding,
  options: OpenLayerOptions,
): Promise<LayerBytes> {
  const stored = counted(verified(layer, source.fetch(layer, options)), options.onBytes);
  if (form === 'stored' || compressionOf(layer.mediaType) !== 'gzip') {
    return { sizeBytes: layer.size, chunks: stored };
  }
  const sizeBytes = await inflatedSize(source, layer, options);
  return { sizeBytes, chunks: ofSize(inflate(stored, layer), sizeBytes, layer) };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: OpenLayerOptions['onBytes'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

async function inflatedSize(
  source: ContentSource,
  layer: Descriptor,
  options: CallOptions,
): Promise<number> {
  const range = { offset: Math.max(0, layer.size - trailerBytes), length: trailerBytes };
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.fetch(layer, { ...options, range })) chunks.push(chunk);
  const trailer = Buffer.concat(chunks);
  if (trailer.length === trailerBytes) return trailer.readUInt32LE(0);
  throw new WarmdockError(
    'PROTOCOL',
    `the end of layer ${layer.digest} came as ${trailer.length} bytes, expected ${trailerBytes}`,
  );
}

async function* inflate(
  stored: AsyncIterable<Uint8Array>,
  layer: Descriptor,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: inflateChunkBytes });
  const reader = { left: false };
  const fed = feed(stored, gunzip, reader);
  // Awaited below, unless the reader leaves.
  fed.catch(() => {});
  try {
    yield* gunzip;
    await fed;
  } catch (cause) {
    // Wrong bytes are told from right ones that are no gzip by their digest alone.
    await fed;
    throw new UninflatableLayer(layer, 'cannot be inflated', cause);
  } finally {
    reader.left = true;
    gunzip.destroy();
  }
}

/** Reads to the end, where the digest is checked, even when the inflater has failed before. */
async function feed(
  stored: AsyncIterable<Uint8Array>,
  gunzip: Gunzip,
  reader: { readonly left: boolean },
): Promise<void> {
  try {
    for await (const chunk of stored) {
      if (reader.left) return;
      if (!gunzip.destroyed && !gunzip.write(chunk)) await roomIn(gunzip);
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
    throw error;
  }
}

function roomIn(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      gunzip.off('drain', settle).off('close', settle);
      resolve();
    };
    gunzip.on('drain', settle).on('close', settle);
  });
}

async function* ofSize(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  layer: Descriptor,
): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left === 0) return;
  throw new UninflatableLayer(
    layer,
    `does not inflate to the ${sizeBytes} bytes that its end announces`,
  );
}

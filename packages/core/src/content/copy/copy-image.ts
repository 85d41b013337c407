import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { isWarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { parsePlatform } from '../../oci/platform.js';
import type { Reference } from '../../oci/reference.js';
import type { ContentSource, ImageStore } from '../content.js';
import { noSuchImage } from '../no-such-image.js';
import type {
  BlobState,
  CopyOptions,
  CopyProgress,
  CopyResult,
  CopySource,
} from './copy-options.js';
import { type ImageGraph, readImageGraph } from './image-graph.js';
import { selectPlatforms } from './select-platforms.js';

/** As `copy`, which loads this only when it is called. */
export async function copyImage(
  source: CopySource,
  from: Reference,
  destination: ImageStore,
  to: Reference,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const call = { signal: options.signal };
  const named = await source.resolve(from, call);
  if (!named) throw noSuchImage(from);
  const tally: Tally = { blobs: { present: 0, mounted: 0, copied: 0 }, movedBytes: 0 };
  const platforms = options.platforms?.map(parsePlatform);
  const { root, bytes } = platforms?.length
    ? await selectPlatforms(source, named, platforms, call)
    : { root: named, bytes: undefined };
  const transfer = { source, destination, options, tally };
  const image = await copyGraph(transfer, root, bytes);
  if (options.referrers)
    for await (const referrer of source.referrers?.(root.digest, call) ?? [])
      await copyGraph(transfer, referrer);
  await destination.tag(image, to, call);
  return { image, ...tally };
}

interface Tally {
  readonly blobs: Record<BlobState, number>;
  movedBytes: number;
}

interface Transfer {
  readonly source: ContentSource;
  readonly destination: ImageStore;
  readonly options: CopyOptions;
  readonly tally: Tally;
}

const defaultConcurrency = 6;

/** Blobs first, then manifests from the leaves up: a registry takes none whose parts are missing. */
async function copyGraph(
  transfer: Transfer,
  root: Descriptor,
  rootBytes?: Uint8Array,
): Promise<Descriptor> {
  const { source, destination, options } = transfer;
  const call = { signal: options.signal };
  const graph = await readImageGraph(source, root, {
    ...call,
    rootBytes,
    isWhole: (each) => destination.exists(each, call),
  });
  await copyBlobs(transfer, graph);
  for (const { descriptor, bytes } of graph.manifests)
    await destination.push(descriptor, once(bytes), call);
  return graph.root;
}

/** The first failure ends the others. */
async function copyBlobs(transfer: Transfer, { blobs }: ImageGraph): Promise<void> {
  const { source, options } = transfer;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  // Each blob that moves listens to it, in several places.
  setMaxListeners(0, signal);
  await source.prepare?.(blobs, { signal });
  const limit = pLimit(options.concurrency ?? defaultConcurrency);
  const moved = await Promise.allSettled(
    blobs.map((blob) =>
      limit(async () => {
        try {
          signal.throwIfAborted();
          await moveBlob(transfer, blob, signal);
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }),
    ),
  );
  const failures = moved.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0) throw firstCause(failures, stop.signal.reason);
}

function firstCause(failures: readonly unknown[], reason: unknown): unknown {
  return isWarmdockError(reason) ? reason : failures[0];
}

async function moveBlob(transfer: Transfer, blob: Descriptor, signal: AbortSignal): Promise<void> {
  const { source, destination, options, tally } = transfer;
  const tell = (state: CopyProgress['state'], movedBytes: number) =>
    options.onProgress?.({ blob, state, movedBytes });
  const end = (state: BlobState, movedBytes: number) => {
    tally.blobs[state]++;
    tell(state, movedBytes);
  };
  if (await destination.exists(blob, { signal })) return end('present', 0);
  if (await destination.mountFrom?.(blob, source, { signal })) return end('mounted', 0);
  let moved = 0;
  const counted = counting(source, (bytes) => {
    moved += bytes;
    tally.movedBytes += bytes;
    tell('moving', moved);
  });
  if (destination.pushFrom) await destination.pushFrom(blob, counted, { signal });
  else await destination.push(blob, counted.fetch(blob, { signal }), { signal });
  end('copied', moved);
}

/** The same source, whose bytes are counted as they go by. */
function counting(source: ContentSource, onBytes: (bytes: number) => void): ContentSource {
  return {
    exists: (blob, options) => source.exists(blob, options),
    async *fetch(blob, options) {
      for await (const chunk of source.fetch(blob, options)) {
        onBytes(chunk.length);
        yield chunk;
      }
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

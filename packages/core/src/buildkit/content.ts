import type {
  CallOptions,
  ContentSource,
  FetchOptions,
  UnsizedDescriptor,
} from '../content/content.js';
import {
  InfoRequest,
  ListContentRequest,
  ListContentResponse,
  ReadContentRequest,
} from '../gen/content.js';
import type { Digest } from '../oci/digest.js';
import type { Channel } from './grpc/channel.js';
import { grpcFailure } from './grpc/failure.js';
import { GrpcCode, hasStatus } from './grpc/status.js';
import { bytesField } from './grpc/wire-fields.js';

const service = '/containerd.services.content.v1.Content';

/** A BuildKit's content store, read-only (BuildKit >= 0.11). */
export interface BuildKitContent extends ContentSource {
  /** Those of the digests whose blobs the store holds; throws `UNSUPPORTED` where the daemon has no content service. */
  held(digests: readonly Digest[], options?: CallOptions): Promise<Set<string>>;
}

type OpenChannel = (signal?: AbortSignal) => Promise<Channel>;

/**
 * BuildKit's content service over a channel that `open` provides.
 *
 * Blobs of base layers that nobody has pulled yet may be absent, and blobs may be collected within
 * a second of the solve's end: a caller needs another way for `NOT_FOUND`. Throws `TIMEOUT` when
 * the builder is silent for `silenceMs`.
 */
export function contentOf(builder: string, open: OpenChannel, silenceMs: number): BuildKitContent {
  return {
    async exists(descriptor, options = {}) {
      const channel = await open(options.signal);
      try {
        await channel.unary(
          `${service}/Info`,
          InfoRequest.encode({ digest: descriptor.digest }).finish(),
          { ...options, silenceMs },
        );
        return true;
      } catch (error) {
        if (hasStatus(error, GrpcCode.NOT_FOUND)) return false;
        throw grpcFailure(error, `looking for blob ${descriptor.digest} in builder ${builder}`);
      }
    },

    fetch: (descriptor, options) => read(builder, open, descriptor, options ?? {}, silenceMs),

    async held(digests, options = {}) {
      // Without a filter, List tells of every blob.
      if (digests.length === 0) return new Set();
      const channel = await open(options.signal);
      const wanted = new Set<string>(digests);
      const held = new Set<string>();
      const call = channel.call(`${service}/List`, { ...options, silenceMs });
      call.write([ListContentRequest.encode({ filters: digests.map(onlyDigest) }).finish()]);
      call.end();
      try {
        for await (const message of call.messages) {
          for (const { digest } of ListContentResponse.decode(message).info) {
            if (wanted.has(digest)) held.add(digest);
          }
        }
        return held;
      } catch (error) {
        throw grpcFailure(error, `listing the blobs of builder ${builder}`);
      }
    },
  };
}

/** In containerd's filter language, whose filters are joined by "or". */
function onlyDigest(digest: Digest): string {
  return `digest==${JSON.stringify(digest)}`;
}

/** A size of 0 reads to the end. */
const wholeBlob = { offset: 0, length: 0 };

async function* read(
  builder: string,
  open: OpenChannel,
  { digest }: UnsizedDescriptor,
  options: FetchOptions,
  silenceMs: number,
) {
  const { range = wholeBlob, signal } = options;
  const channel = await open(signal);
  const call = channel.call(`${service}/Read`, { signal, silenceMs });
  call.write([
    ReadContentRequest.encode({ digest, offset: range.offset, size: range.length }).finish(),
  ]);
  call.end();
  try {
    for await (const message of call.messages) yield bytesField(message, 2);
  } catch (error) {
    throw grpcFailure(error, `reading blob ${digest} from builder ${builder}`);
  }
}

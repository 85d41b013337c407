import { firstValue } from '../grpc/metadata.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { encodeBytesMessage } from '../grpc/wire-fields.js';
import type { Attachable } from './attachable.js';

/** Well below the 4 MiB that a gRPC receiver takes by default. */
const maxMessageBytes = 1024 * 1024;

/** The address under which a builder asks this session, and nobody else, for the upload with this id. */
export function uploadUrl(id: string): string {
  return `http://buildkit-session/${id}`;
}

/**
 * Gives the builder streams of bytes by id, as answers to its requests of `uploadUrl`.
 *
 * Follows BuildKit's upload service: it names the path in the call's metadata and reads to the end.
 */
export function uploads(streams: ReadonlyMap<string, () => AsyncIterable<Uint8Array>>): Attachable {
  return {
    methods: {
      '/moby.upload.v1.Upload/Pull': async (call) => {
        const id = firstValue(call.metadata, 'urlpath')?.split('/').at(-1) ?? '';
        const open = streams.get(id);
        if (!open)
          throw new GrpcStatusError(GrpcCode.NOT_FOUND, `this session has no upload ${id}`);
        for await (const chunk of open()) {
          if (call.signal.aborted) return;
          for (let at = 0; at < chunk.length; at += maxMessageBytes) {
            const part = chunk.subarray(at, at + maxMessageBytes);
            await call.write([encodeBytesMessage(part)]);
          }
        }
      },
    },
  };
}

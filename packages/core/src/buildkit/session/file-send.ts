import { firstValue } from '../grpc/metadata.js';
import type { ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { bytesField } from '../grpc/wire-fields.js';
import type { Attachable } from './attachable.js';
import { packetStreamOf } from './packet-stream-of.js';

/** Where the files of one exporter go. */
export type FileTarget =
  /** All of its bytes in order; `receive` returns when they are where they belong. */
  | {
      readonly kind: 'stream';
      receive(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
    }
  /** A tree, merged into the directory; more than one may come, one for each platform. */
  | { readonly kind: 'tree'; readonly directory: string };

/**
 * Takes what the exporters `local`, `tar`, `oci` and `docker` write, each by its place in the solve's
 * list of exporters, and nothing else.
 *
 * BuildKit before 0.13 knows one exporter and does not say which it is. `onCall` hears of each
 * exporter that begins to send its files; what fails then fails the solve.
 */
export function fileSend(
  targets: ReadonlyMap<number, FileTarget>,
  onCall?: (exporter: number) => void,
): Attachable {
  return {
    methods: {
      '/moby.filesync.v1.FileSend/DiffCopy': async (call) => {
        const exporter = Number(firstValue(call.metadata, 'buildkit-attachable-exporter-id') ?? 0);
        const target = targets.get(exporter);
        if (!target)
          throw new GrpcStatusError(GrpcCode.NOT_FOUND, `exporter ${exporter} has no files here`);
        onCall?.(exporter);
        if (target.kind === 'stream') await target.receive(chunksOf(call), call.signal);
        else await receive(call, target.directory);
      },
    },
  };
}

async function receive(call: ServerCall, directory: string): Promise<void> {
  const { receiveTree } = await import('../../fsutil/receiving/receive.js');
  await receiveTree(packetStreamOf(call), directory, { signal: call.signal });
}

async function* chunksOf(call: ServerCall): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const batch of call.batches) {
    for (const message of batch) yield bytesField(message, 1);
  }
}

import { duplexPair } from 'node:stream';
import { encodeBytesMessage } from '@warmdock/testkit';
import { WriteAction, WriteContentRequest } from '../../gen/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Channel, openChannel } from '../grpc/channel.js';
import { serve } from '../grpc/server.js';
import { GrpcCode, hasStatus } from '../grpc/status.js';
import type { Attachable } from './attachable.js';

const write = '/containerd.services.content.v1.Content/Write';

/** Writes blobs to the content store among the attachables, as BuildKit's exporter does: those that are wanted. */
export async function sendBlobs(
  attachables: readonly Attachable[],
  blobs: Iterable<readonly [Descriptor, Uint8Array]>,
): Promise<void> {
  const [ours, theirs] = duplexPair();
  const methods = attachables.flatMap(({ methods }) => Object.entries(methods));
  void serve(ours, new Map(methods), 10_000);
  const channel = openChannel(theirs, 'test');
  try {
    await Promise.all([...blobs].map(([blob, bytes]) => exportBlob(channel, blob, bytes)));
  } finally {
    channel.close();
  }
}

async function exportBlob(channel: Channel, { digest, size }: Descriptor, bytes: Uint8Array) {
  const call = channel.call(write, { metadata: { 'buildkit-attachable-store-id': 'export' } });
  const blob = { ref: digest, total: size, expected: digest, offset: 0 };
  const request = (action: WriteAction) => WriteContentRequest.encode({ ...blob, action }).finish();
  call.write([request(WriteAction.STAT)]);
  let answers = 0;
  try {
    for await (const _ of call.messages) {
      if (answers++ > 0) continue;
      const data = encodeBytesMessage(bytes);
      data[0] = 0x32;
      call.write([Buffer.concat([request(WriteAction.COMMIT), data])]);
      call.end();
    }
  } catch (error) {
    if (!hasStatus(error, GrpcCode.ALREADY_EXISTS)) throw error;
  }
}

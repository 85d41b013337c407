import type { PacketStream } from '../../fsutil/wire/packet-stream.js';
import { messageHeadBytes, writeFrameHead } from '../grpc/frame.js';
import type { ServerCall } from '../grpc/server.js';

/** A call as a stream of fsutil's packets, framed by gRPC. */
export function packetStreamOf(call: ServerCall): PacketStream {
  return {
    headBytes: messageHeadBytes,
    writeHead: writeFrameHead,
    write: (frames) => call.writeFrames(frames),
    received: call.batches,
  };
}

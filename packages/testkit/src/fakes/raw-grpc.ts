import { once } from 'node:events';
import {
  Metadata,
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';

/** Requests and answers are the messages' raw bytes: there is no `.proto` to share a mistake with. */
export type UnaryHandler = (request: Buffer, call: RawCall) => Promise<Buffer> | Buffer;
export type StreamHandler = (request: Buffer, call: RawCall) => AsyncIterable<Buffer>;
export type BidiHandler = (requests: AsyncIterable<Buffer>, call: RawCall) => AsyncIterable<Buffer>;

export interface RawCall {
  metadata: Metadata;
  /** Fires when the client cancels or its connection breaks. */
  signal: AbortSignal;
}

/** What a handler throws to end its call with this status. */
export class GrpcError extends Error {
  constructor(
    readonly code: status,
    readonly details: string,
    readonly metadata = new Metadata(),
  ) {
    super(details);
  }
}

const same = (bytes: Buffer) => bytes;

export function addUnary(server: Server, path: string, run: UnaryHandler): void {
  const handler = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    Promise.resolve()
      .then(() => run(call.request, rawCallOf(call)))
      .then(
        (bytes) => answer(null, bytes),
        (error) => answer(asGrpcError(error)),
      );
  };
  server.register(path, handler, same, same, 'unary');
}

export function addStream(server: Server, path: string, run: StreamHandler): void {
  const handler = (call: ServerWritableStream<Buffer, Buffer>) =>
    writeAll(call, run(call.request, rawCallOf(call)));
  server.register(path, handler, same, same, 'serverStream');
}

export function addBidi(server: Server, path: string, run: BidiHandler): void {
  const handler = (call: ServerDuplexStream<Buffer, Buffer>) => {
    // Reading a duplex to its end would destroy it, and the answers with it.
    const requests = call.iterator({ destroyOnReturn: false });
    return writeAll(call, run(requests, rawCallOf(call)));
  };
  server.register(path, handler, same, same, 'bidi');
}

type WritableCall = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

async function writeAll(call: WritableCall, answers: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const bytes of answers) {
      if (!call.write(bytes)) await once(call, 'drain');
    }
    call.end();
  } catch (error) {
    call.emit('error', asGrpcError(error));
  }
}

interface Cancellable {
  metadata: Metadata;
  once(event: 'cancelled', listener: () => void): unknown;
}

function rawCallOf(call: Cancellable): RawCall {
  const ending = new AbortController();
  call.once('cancelled', () => ending.abort());
  return { metadata: call.metadata, signal: ending.signal };
}

function asGrpcError(error: unknown): GrpcError {
  return error instanceof GrpcError ? error : new GrpcError(status.UNKNOWN, String(error));
}

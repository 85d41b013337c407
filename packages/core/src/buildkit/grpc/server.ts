import type { Duplex } from 'node:stream';
import { isWarmdockError, messageOf } from '../../errors.js';
import { openConnection } from '../http2/connection.js';
import type { HeaderList } from '../http2/hpack/header-list.js';
import type { Http2Stream } from '../http2/stream.js';
import { encodeFrames, FrameReader } from './frame.js';
import { firstValue, type Metadata, metadataOf } from './metadata.js';
import { GrpcCode, GrpcStatusError } from './status.js';

/** One incoming call. */
export interface ServerCall {
  readonly metadata: Metadata;
  /** The requests in order, as many at a time as came together; ends when the caller half-closes, throws when it goes away. Iterate once. */
  readonly batches: AsyncIterable<readonly Buffer[]>;
  /** Fires when the caller goes away or the session closes. */
  readonly signal: AbortSignal;
  /** Sends messages as one write; resolves when there is room for more, at once (`undefined`) if there is. */
  write(messages: readonly Uint8Array[]): Promise<void> | undefined;
  /** As `write`, for messages that stand in `frames` as gRPC frames them. */
  writeFrames(frames: Buffer): Promise<void> | undefined;
}

/** Serves one method; returning ends the call with OK, a thrown `GrpcStatusError` with its status. */
export type Method = (call: ServerCall) => Promise<void>;

/** Methods by path, `/package.Service/Method`. */
export type Methods = ReadonlyMap<string, Method>;

const streamWindowBytes = 4 * 1024 * 1024;
const connectionWindowBytes = 16 * 1024 * 1024;

/** BuildKit has one call for each directory and blob that is under way. */
const maxStreams = 1000;

/** The call that carries a session may itself have to wait until it is sent. */
const settingsMs = 30_000;

/**
 * Serves gRPC methods to the peer of an open byte stream.
 *
 * Resolves when the connection has ended. A connection on which nothing moves for `silenceMs` is
 * destroyed as dead.
 */
export function serve(connection: Duplex, methods: Methods, silenceMs: number): Promise<void> {
  const silence = setTimeout(
    () => connection.destroy(new Error(`nothing was heard for ${silenceMs / 1000} s`)),
    silenceMs,
  );
  return new Promise((resolve) => {
    openConnection(connection, {
      role: 'server',
      streamWindowBytes,
      connectionWindowBytes,
      maxStreams,
      settingsMs,
      onStream: (stream) => void answer(stream, methods),
      onMoved: () => silence.refresh(),
      // Why it ended is reported by the call that it served, or by the byte stream.
      onEnd: () => {
        clearTimeout(silence);
        resolve();
      },
    });
  });
}

async function answer(stream: Http2Stream, methods: Methods): Promise<void> {
  const metadata = metadataOf(stream.headers ?? []);
  const gone = new AbortController();
  stream.whenClosed(() => gone.abort());
  stream.respond([':status', '200', 'content-type', 'application/grpc']);
  let status = new GrpcStatusError(GrpcCode.OK, '');
  try {
    const path = firstValue(metadata, ':path') ?? '';
    const method = methods.get(path);
    if (!method)
      throw new GrpcStatusError(GrpcCode.UNIMPLEMENTED, `${path} is not served in this session`);
    await method({
      metadata,
      signal: gone.signal,
      batches: batchesOf(stream),
      write: (messages) => stream.write([encodeFrames(messages)]),
      writeFrames: (frames) => stream.write([frames]),
    });
  } catch (error) {
    status = statusOf(error);
  }
  stream.end(trailersOf(status));
}

async function* batchesOf(stream: Http2Stream): AsyncGenerator<readonly Buffer[], void, void> {
  const reader = new FrameReader();
  for await (const pieces of stream.body) yield pieces.flatMap((piece) => reader.push(piece));
}

function statusOf(error: unknown): GrpcStatusError {
  if (error instanceof GrpcStatusError) return error;
  if (isWarmdockError(error)) {
    const message = error.hint ? `${error.message} (${error.hint})` : error.message;
    return new GrpcStatusError(statusOfCode[error.code] ?? GrpcCode.UNKNOWN, message);
  }
  return new GrpcStatusError(GrpcCode.UNKNOWN, messageOf(error));
}

/** Without `UNAVAILABLE`: to BuildKit it says that a service is not served at all, and it goes another way. */
const statusOfCode: Record<string, number> = {
  NOT_FOUND: GrpcCode.NOT_FOUND,
  INVALID_ARGUMENT: GrpcCode.INVALID_ARGUMENT,
  PERMISSION_DENIED: GrpcCode.PERMISSION_DENIED,
  CANCELLED: GrpcCode.CANCELLED,
};

function trailersOf({ status, message }: GrpcStatusError): HeaderList {
  return ['grpc-status', String(status), 'grpc-message', encodePercent(message)];
}

/**
 * Bytes outside of printable ASCII and the percent sign, as the gRPC specification says, and the blanks
 * that no header value may begin or end with (RFC 9113 §8.2.1).
 */
function encodePercent(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replace(
    /[^ -$&-~]|^ +| +$/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

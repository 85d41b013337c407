import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { isWarmdockError, messageOf } from '../../errors.js';
import { encodeFrames, FrameReader } from './frame.js';
import { firstValue, type Metadata, metadataOf } from './metadata.js';
import { GrpcCode, GrpcStatusError } from './status.js';
import { writeAll } from './write.js';

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

/**
 * Serves gRPC methods to the peer of an open byte stream, on `node:http2`'s own server side.
 *
 * Resolves when the connection has ended. A connection on which nothing moves for `silenceMs` is
 * destroyed as dead.
 */
export async function serve(
  connection: Duplex,
  methods: Methods,
  silenceMs: number,
): Promise<void> {
  const session = http2.performServerHandshake(connection, {
    settings: { initialWindowSize: streamWindowBytes },
  });
  session.setLocalWindowSize(connectionWindowBytes);
  session.on('stream', (stream, _headers, _flags, raw?: string[]) => {
    void answer(stream, metadataOf(raw ?? []), methods);
  });
  session.setTimeout(silenceMs, () =>
    connection.destroy(new Error(`nothing was heard for ${silenceMs / 1000} s`)),
  );
  await ended(session);
}

function ended(session: ServerHttp2Session): Promise<void> {
  // A broken tunnel is reported by the call that it serves, not here.
  session.on('error', () => {});
  return new Promise((resolve) => session.once('close', resolve));
}

async function answer(
  stream: ServerHttp2Stream,
  metadata: Metadata,
  methods: Methods,
): Promise<void> {
  const gone = new AbortController();
  stream.on('error', () => {});
  stream.once('close', () => gone.abort());
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  let status = new GrpcStatusError(GrpcCode.OK, '');
  stream.once('wantTrailers', () => stream.sendTrailers(trailersOf(status)));
  try {
    const path = firstValue(metadata, ':path') ?? '';
    const method = methods.get(path);
    if (!method)
      throw new GrpcStatusError(GrpcCode.UNIMPLEMENTED, `${path} is not served in this session`);
    await method({
      metadata,
      signal: gone.signal,
      batches: batchesOf(stream),
      write: (messages) => writeAll(stream, encodeFrames(messages)),
      writeFrames: (frames) => writeAll(stream, frames),
    });
  } catch (error) {
    status = statusOf(error);
  }
  if (!stream.destroyed) stream.end();
}

async function* batchesOf(
  stream: ServerHttp2Stream,
): AsyncGenerator<readonly Buffer[], void, void> {
  const reader = new FrameReader();
  for await (const chunk of stream.iterator({ destroyOnReturn: false }))
    yield reader.push(chunk as Buffer);
  // Node ends a cancelled stream as if the caller had sent everything.
  if (stream.aborted) throw new GrpcStatusError(GrpcCode.CANCELLED, 'the caller went away');
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

function trailersOf(status: GrpcStatusError): Record<string, string> {
  return { 'grpc-status': String(status.status), 'grpc-message': encodePercent(status.message) };
}

/** Bytes outside of printable ASCII and the percent sign, as the gRPC specification says. */
function encodePercent(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replace(
    /[^ -$&-~]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

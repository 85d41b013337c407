import { Duplex, PassThrough, Readable } from 'node:stream';
import { decodeBytesMessage, encodeBytesMessage } from './bytes-message.js';

export interface SessionTunnel {
  /** The tunnel's bytes: give it to `http2.connect` as `createConnection` to call the client's session services. */
  connection: Duplex;
  /** What the `session` handler returns. */
  answers: AsyncIterable<Buffer>;
}

/** Unwraps a `Session` call: the caller is an HTTP/2 server inside a stream of `BytesMessage`s. */
export function sessionTunnel(requests: AsyncIterable<Buffer>): SessionTunnel {
  const outgoing = new PassThrough();
  const incoming = Readable.from(unwrap(requests));
  return {
    connection: Duplex.from({ readable: incoming, writable: outgoing }),
    answers: wrap(outgoing),
  };
}

async function* unwrap(messages: AsyncIterable<Buffer>) {
  for await (const message of messages) {
    const bytes = decodeBytesMessage(message);
    if (bytes.length > 0) yield bytes;
  }
}

async function* wrap(stream: AsyncIterable<Buffer>) {
  for await (const bytes of stream) yield encodeBytesMessage(bytes);
}

import { createServer } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { Client, type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { listenAt } from './listen.js';

/** Names with their values; several values of a name travel as several headers. */
export type RawMetadata = Readonly<Record<string, readonly string[]>>;

export interface RawGrpcClient extends AsyncDisposable {
  /** Rejects with grpc-js's error, whose `code` and `details` are the status. */
  unary(path: string, request: Uint8Array, metadata?: RawMetadata): Promise<Buffer>;
  /** A call of messages in both directions, as an object stream of their bytes. */
  bidi(path: string, metadata?: RawMetadata): ClientDuplexStream<Buffer, Buffer>;
}

const same = (bytes: Buffer) => bytes;

/**
 * A grpc-js client at the near end of any byte stream, as BuildKit is one inside a session's tunnel.
 *
 * grpc-js only dials addresses: it gets a unix socket whose one connection is the stream.
 */
export async function startRawGrpcClient(connection: Duplex): Promise<RawGrpcClient> {
  const door = createServer((socket) => {
    pipeline(socket, connection, socket, () => {});
  });
  const { address, ...listening } = await listenAt(door, 'unix');
  const target = address.replace('unix://', 'unix:');
  const options = { 'grpc.max_receive_message_length': -1 };
  const client = new Client(target, credentials.createInsecure(), options);
  return {
    unary: (path, request, metadata) =>
      new Promise((resolve, reject) => {
        const answered = (error: Error | null, answer?: Buffer) =>
          answer ? resolve(answer) : reject(error);
        const bytes = Buffer.from(request);
        client.makeUnaryRequest(path, same, same, bytes, metadataOf(metadata), answered);
      }),
    bidi: (path, metadata) => client.makeBidiStreamRequest(path, same, same, metadataOf(metadata)),
    async [Symbol.asyncDispose]() {
      client.close();
      await listening[Symbol.asyncDispose]();
    },
  };
}

function metadataOf(names: RawMetadata = {}): Metadata {
  const metadata = new Metadata();
  for (const [name, values] of Object.entries(names)) {
    for (const value of values) metadata.add(name, value);
  }
  return metadata;
}

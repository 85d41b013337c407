import { connect } from 'node:http2';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { startFakeBuildkit } from './fake-buildkit.js';
import { GrpcError } from './raw-grpc.js';
import { sessionTunnel } from './session-tunnel.js';

const same = (bytes: Buffer) => bytes;
const READ = '/containerd.services.content.v1.Content/Read';
const SOLVE = '/moby.buildkit.v1.Control/Solve';
const SESSION = '/moby.buildkit.v1.Control/Session';

function clientOf(address: string): Client {
  return new Client(address.replace('tcp://', ''), credentials.createInsecure());
}

function call(address: string, path: string, request: string, metadata = new Metadata()) {
  const client = clientOf(address);
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, Buffer.from(request), metadata, (error, answer) => {
      client.close();
      if (error) reject(error);
      else resolve(String(answer));
    });
  });
}

describe('fake BuildKit', () => {
  test.each(['tcp', 'unix'] as const)('answers raw bytes over %s', async (place) => {
    const solve = (request: Buffer) => Buffer.from(`solved ${request}`);
    await using buildkit = await startFakeBuildkit({ solve }, { place });
    expect(await call(buildkit.address, SOLVE, 'this')).toBe('solved this');
  });

  test('ends a call with the status that its handler throws', async () => {
    const solve = () => Promise.reject(new GrpcError(status.NOT_FOUND, 'no such thing'));
    await using buildkit = await startFakeBuildkit({ solve });
    const failure = {
      code: status.NOT_FOUND,
      details: 'no such thing',
    } satisfies Partial<ServiceError>;
    await expect(call(buildkit.address, SOLVE, '')).rejects.toMatchObject(failure);
  });

  test('implements nothing that it was not given', async () => {
    await using buildkit = await startFakeBuildkit({});
    const failure = { code: status.UNIMPLEMENTED };
    await expect(call(buildkit.address, SOLVE, '')).rejects.toMatchObject(failure);
  });

  test('streams, and tells its handler when the client goes away', async () => {
    let gone: (() => void) | undefined;
    const cancelled = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await using buildkit = await startFakeBuildkit({
      async *contentRead(request, { signal }) {
        signal.addEventListener('abort', () => gone?.());
        yield request;
        await cancelled;
      },
    });
    const client = clientOf(buildkit.address);
    const stream = client.makeServerStreamRequest(READ, same, same, Buffer.from('first'));
    stream
      .on('error', () => {})
      .once('data', (bytes) => {
        expect(String(bytes)).toBe('first');
        stream.cancel();
      });
    await cancelled;
    client.close();
  });

  test('offers the HTTP/2 connection inside a session', async () => {
    let preface = '';
    await using buildkit = await startFakeBuildkit({
      session(requests) {
        const { connection, answers } = sessionTunnel(requests);
        const session = connect('http://session', { createConnection: () => connection });
        session.on('error', () => {});
        return answers;
      },
    });
    const client = clientOf(buildkit.address);
    const stream = client.makeBidiStreamRequest(SESSION, same, same);
    stream.on('error', () => {});
    for await (const message of stream) {
      preface += String(message);
      if (preface.includes('SM\r\n\r\n')) break;
    }
    client.close();
    expect(preface).toContain('PRI * HTTP/2.0');
  });
});

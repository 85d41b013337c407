import { randomBytes } from 'node:crypto';
import { Client, credentials, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeBuildkitHandlers, startFakeBuildkit } from './fake-buildkit.js';
import { startGrpcProxy } from './grpc-proxy.js';
import { GrpcError } from './raw-grpc.js';

const same = (bytes: Buffer) => bytes;
const CONTENT = '/containerd.services.content.v1.Content';
const CONTROL = '/moby.buildkit.v1.Control';

async function proxied(handlers: FakeBuildkitHandlers) {
  const buildkit = await startFakeBuildkit(handlers);
  const target = buildkit.address.replace('tcp://', '');
  const proxy = await startGrpcProxy({ target, unimplemented: [CONTENT] });
  const client = new Client(proxy.address.replace('tcp://', ''), credentials.createInsecure());
  onTestFinished(async () => {
    client.close();
    await proxy[Symbol.asyncDispose]();
    await buildkit[Symbol.asyncDispose]();
  });
  const unary = (path: string, request = Buffer.alloc(0)) =>
    new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, same, same, request, (error, answer) =>
        answer ? resolve(answer) : reject(error),
      );
    });
  return { client, unary, calls: proxy.calls };
}

test('calls and their answers pass as they are', async () => {
  const { unary, calls } = await proxied({ solve: (request) => request });
  const request = randomBytes(1_000_000);
  expect((await unary(`${CONTROL}/Solve`, request)).equals(request)).toBe(true);
  expect(calls).toEqual([`${CONTROL}/Solve`]);
});

test('so do failures', async () => {
  const { unary } = await proxied({
    solve: () => Promise.reject(new GrpcError(status.NOT_FOUND, 'no such thing')),
  });
  const failure = { code: status.NOT_FOUND, details: 'no such thing' };
  await expect(unary(`${CONTROL}/Solve`)).rejects.toMatchObject(failure);
});

test('streams go both ways', async () => {
  const { client } = await proxied({
    async *session(requests) {
      for await (const bytes of requests) yield Buffer.concat([bytes, bytes]);
    },
  });
  const call = client.makeBidiStreamRequest(`${CONTROL}/Session`, same, same);
  call.write(Buffer.from('a'));
  const answer = await new Promise((resolve) => call.once('data', resolve));
  expect(String(answer)).toBe('aa');
  const ended = new Promise((resolve) => call.once('end', resolve));
  call.end();
  await ended;
});

test('what the server shall not know is UNIMPLEMENTED', async () => {
  const { unary } = await proxied({ contentInfo: () => Buffer.from('known') });
  await expect(unary(`${CONTENT}/Info`)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

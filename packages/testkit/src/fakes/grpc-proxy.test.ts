import { randomBytes } from 'node:crypto';
import { Client, credentials, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeBuildkitHandlers, startFakeBuildkit } from './fake-buildkit.js';
import { type GrpcProxyOptions, startGrpcProxy } from './grpc-proxy.js';
import { solveBefore011 } from './old-solve.js';
import { GrpcError } from './raw-grpc.js';

const same = (bytes: Buffer) => bytes;
const CONTENT = '/containerd.services.content.v1.Content';
const CONTROL = '/moby.buildkit.v1.Control';

async function proxied(
  handlers: FakeBuildkitHandlers,
  options: Partial<GrpcProxyOptions> = { unimplemented: [CONTENT] },
) {
  const buildkit = await startFakeBuildkit(handlers);
  const target = buildkit.address.replace('tcp://', '');
  const proxy = await startGrpcProxy({ target, ...options });
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

test('a request is rewritten for a server that knows less of it', async () => {
  const rewrite = { [`${CONTROL}/Solve`]: (request: Buffer) => Buffer.concat([request, request]) };
  const { unary } = await proxied({ solve: (request) => request }, { rewrite });
  const request = randomBytes(100_000);
  const answer = await unary(`${CONTROL}/Solve`, request);
  expect(answer.equals(Buffer.concat([request, request]))).toBe(true);
});

test('a BuildKit before 0.11 sees one exporter, without what it does not know of it', () => {
  const field = (number: number, value: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, value.length]), value]);
  const entry = (key: string, value: string) =>
    field(4, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));
  const known = [field(1, Buffer.from('ref')), field(3, Buffer.from('oci')), entry('a', 'tar')];
  const message = [...known, entry('tar', 'false'), field(13, Buffer.from('image'))];
  expect(solveBefore011(Buffer.concat(message))).toEqual(Buffer.concat(known));
});

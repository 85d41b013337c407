import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { startFakeBuildkit } from './fake-buildkit.js';
import { startRawGrpcClient } from './raw-grpc-client.js';

describe('raw gRPC client', () => {
  test('calls through the stream that it is given, repeated metadata included', async () => {
    await using buildkit = await startFakeBuildkit({
      solve: (request, { metadata }) => Buffer.from(`${request}: ${metadata.get('name').join()}`),
    });
    const connection = connect(Number(new URL(buildkit.address).port), '127.0.0.1');
    await using client = await startRawGrpcClient(connection);
    const solve = '/moby.buildkit.v1.Control/Solve';
    const answer = await client.unary(solve, Buffer.from('asked'), { name: ['a', 'b'] });
    expect(String(answer)).toBe('asked: a, b');
    await expect(client.unary('/no/Method', Buffer.alloc(0))).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
  });

  test('streams in both directions', async () => {
    await using buildkit = await startFakeBuildkit({ session: (requests) => requests });
    const connection = connect(Number(new URL(buildkit.address).port), '127.0.0.1');
    await using client = await startRawGrpcClient(connection);
    const call = client.bidi('/moby.buildkit.v1.Control/Session');
    call.write(Buffer.from('there'));
    call.end(Buffer.from('back'));
    const echoed: string[] = [];
    for await (const bytes of call) echoed.push(String(bytes));
    expect(echoed).toEqual(['there', 'back']);
  });
});

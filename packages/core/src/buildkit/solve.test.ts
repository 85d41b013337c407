import { type FakeBuildkitHandlers, GrpcError } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { SolveRequest as SolveMessage, StatusRequest } from '../gen/control.js';
import {
  hang,
  hangingNews,
  news,
  request,
  solveAnswer,
  solver,
  stepError,
  vertex,
} from './solve.testing.js';
import type { SolveStatus } from './solve-status.js';

describe('a solve', () => {
  it('asks for what was wanted, under one ref, in its session', async () => {
    const asked: SolveMessage[] = [];
    const watched: string[] = [];
    const { solve, session } = await solver({
      solve(message) {
        asked.push(SolveMessage.decode(message));
        return solveAnswer({ 'containerimage.digest': 'sha256:0' });
      },
      async *status(message) {
        watched.push(StatusRequest.decode(message).ref);
        yield news({});
      },
    });
    expect(await solve()).toEqual({ 'containerimage.digest': 'sha256:0' });
    const { exporter: image, ...rest } = request;
    expect(asked).toMatchObject([
      {
        ...rest,
        session: session.id,
        exporters: [image],
        exporterDeprecated: image.type,
        exporterAttrsDeprecated: image.attrs,
      },
    ]);
    expect(watched).toEqual([asked[0]?.ref]);
  });

  it('tells all news in order before it ends, although they come after the answer', async () => {
    const names = ['a', 'b', 'c'];
    const seen: string[] = [];
    const { solve } = await solver({
      solve: () => solveAnswer(),
      async *status() {
        for (const name of names) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          yield news({ vertexes: [vertex(name)] });
        }
      },
    });
    const onStatus = ({ vertexes }: SolveStatus) =>
      void seen.push(...vertexes.map(({ digest }) => digest));
    await solve({ onStatus });
    expect(seen).toEqual(names);
  });

  it.each<[rule: string, status: FakeBuildkitHandlers['status']]>([
    ['that never end', () => hangingNews()],
    ['that fail', () => failingNews()],
  ])('does not wait for news %s', async (_rule, status) => {
    const { solve } = await solver({
      solve: () => solveAnswer({ a: 'b' }),
      ...(status && { status }),
    });
    expect(await solve()).toEqual({ a: 'b' });
  });

  it('waits for an answer that comes long after the last news', async () => {
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return solveAnswer({ a: 'b' });
    };
    const { solve } = await solver({ solve: late, async *status() {} });
    expect(await solve({ graceMs: 50 })).toEqual({ a: 'b' });
  });
});

describe('a failed solve', () => {
  it('is a BuildError with the step and the last lines of its output', async () => {
    const { solve } = await solver({
      solve: async () => {
        throw stepError('a', 'exit code: 7');
      },
      async *status() {
        const log = { vertex: 'a', timestamp: undefined, stream: 1, msg: Buffer.from('line\n') };
        yield news({ vertexes: [vertex('a')], logs: [log] });
        yield news({ vertexes: [vertex('a', { error: 'exit code: 7' })] });
      },
    });
    await expect(solve()).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
      step: { name: 'step a' },
      logTail: ['line'],
    });
  });

  it('is explained by its news when the connection breaks before the answer', async () => {
    let told = () => {};
    const telling = new Promise<void>((resolve) => {
      told = resolve;
    });
    const { solve, proxy } = await solver({
      solve: hang,
      async *status() {
        yield news({ vertexes: [vertex('a', { error: 'exit code: 7' })] });
        await hang();
      },
    });
    const solving = solve({ onStatus: told });
    void telling.then(() => proxy.cut());
    await expect(solving).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
    });
  });

  it.each([
    ['UNAVAILABLE', 14],
    ['PERMISSION_DENIED', 7],
    ['UNSUPPORTED', 12],
  ])('of the builder itself is %s', async (code, status) => {
    const { solve } = await solver({ solve: () => Promise.reject(new GrpcError(status, 'why')) });
    await expect(solve()).rejects.toMatchObject({ code, message: expect.stringContaining('why') });
  });
});

async function* failingNews(): AsyncGenerator<Buffer> {
  yield news({});
  throw new GrpcError(13, 'no news');
}

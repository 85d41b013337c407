import { once } from 'node:events';
import type { FakeBuildkitHandlers } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import type { ChannelOptions } from './grpc/channel.js';
import type { SolveOptions } from './solve.js';
import { hang, hangingNews, news, solver, stepError, vertex } from './solve.testing.js';

/** Starts a solve that hangs at the builder; resolves when it is there. */
async function hangingSolve(options: Partial<SolveOptions> = {}, channel: ChannelOptions = {}) {
  let arrived = (_: AbortSignal) => {};
  const arrival = new Promise<AbortSignal>((resolve) => {
    arrived = resolve;
  });
  const handlers: FakeBuildkitHandlers = {
    solve(_, { signal }) {
      arrived(signal);
      return hang();
    },
    status: () => hangingNews(),
  };
  const parts = await solver(handlers, channel);
  const solving = parts.solve(options);
  solving.catch(() => {});
  return { ...parts, solving, left: await arrival };
}

describe('a solve that cannot go on', () => {
  it('is CANCELLED at once when the signal fires, here and there', async () => {
    const abort = new AbortController();
    const { solving, left, builder } = await hangingSolve({ signal: abort.signal });
    abort.abort();
    await expect(solving).rejects.toMatchObject({
      code: 'CANCELLED',
      message: expect.stringMatching(new RegExp(`${builder.name} was cancelled`)),
    });
    if (!left.aborted) await once(left, 'abort');
  });

  it('is UNAVAILABLE when the connection breaks, with a hint', async () => {
    const { solving, proxy } = await hangingSolve();
    proxy.cut();
    await expect(solving).rejects.toMatchObject({ code: 'UNAVAILABLE', hint: expect.any(String) });
  });

  it('is UNAVAILABLE when no byte passes any more and the connection stays open', async () => {
    const keepalive = { afterMs: 200, answerMs: 200 };
    const { solving, proxy } = await hangingSolve({}, { keepalive });
    proxy.upstream = { blackHole: true };
    proxy.downstream = { blackHole: true };
    await expect(solving).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('not even the answer to a PING'),
      hint: expect.any(String),
    });
  });

  it.each([
    ['fails', hang],
    ['and the solve fail', () => Promise.reject(stepError('copy', 'no session'))],
  ])('is UNAVAILABLE when its session ends, though a step %s by that', async (_how, answer) => {
    let endSession = () => {};
    const begun = new Promise<void>((resolve) => {
      endSession = resolve;
    });
    const { solve, session } = await solver({
      solve: () => begun.then(answer),
      async *status() {
        await begun;
        yield news({ vertexes: [vertex('copy', { error: 'no session' })] });
      },
    });
    const solving = solve({ onStatus: () => session.close() });
    endSession();
    await expect(solving).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('session with builder'),
    });
  });

  it('is UNAVAILABLE when its session ends, and does not run on at the builder', async () => {
    const { solving, session, left } = await hangingSolve();
    session.close();
    await expect(solving).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('session with builder'),
    });
    if (!left.aborted) await once(left, 'abort');
  });
});

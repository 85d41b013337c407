import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { SolveOptions } from './solve.js';
import { hang, hangingNews, solver } from './solve.testing.js';

/** Starts a solve that hangs at the builder; resolves when it is there. */
async function hangingSolve(options: Partial<SolveOptions> = {}) {
  let arrived = (_: AbortSignal) => {};
  const arrival = new Promise<AbortSignal>((resolve) => {
    arrived = resolve;
  });
  const parts = await solver({
    solve(_, { signal }) {
      arrived(signal);
      return hang();
    },
    status: () => hangingNews(),
  });
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

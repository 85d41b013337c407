import { describe, expect, it } from 'vitest';
import { abortable } from './abortable.js';

const endless = () => new Promise<string>(() => {});

describe('abortable', () => {
  it('ends as the work does', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve('done'), 'build', signal)).toBe('done');
    const failing = abortable(Promise.reject(new Error('broken')), 'build', signal);
    await expect(failing).rejects.toThrow('broken');
  });

  it('is CANCELLED by a signal that its owner fires, with the reason as the cause', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(abortable(endless(), 'build', signal)).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'build was cancelled',
      cause: 'enough',
    });
  });

  it.each([
    ['of its own', (limit: AbortSignal) => limit],
    ['among others', (limit: AbortSignal) => AbortSignal.any([AbortSignal.timeout(60_000), limit])],
  ])('is TIMEOUT by a signal whose time is up, %s', async (_, madeOf) => {
    const signal = madeOf(AbortSignal.timeout(1));
    await expect(abortable(endless(), 'build', signal)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'build took longer than its caller allows',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.js';

async function* counting(onEnd = () => {}) {
  try {
    for (let n = 0; n < 5; n++) yield n;
  } finally {
    onEnd();
  }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('untilAborted', () => {
  it.each([
    ['without a signal', undefined],
    ['with one that never fires', new AbortController().signal],
  ])('passes everything on %s', async (_, signal) => {
    expect(await collect(untilAborted(counting(), signal, 'counting'))).toEqual([0, 1, 2, 3, 4]);
  });

  it('throws CANCELLED while the source hangs', async () => {
    async function* hanging() {
      yield 1;
      await new Promise(() => {});
    }
    const abort = new AbortController();
    const collected = collect(untilAborted(hanging(), abort.signal, 'waiting'));
    setTimeout(() => abort.abort(), 10);
    await expect(collected).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'waiting was cancelled',
    });
  });

  it('does not begin when the signal has fired before', async () => {
    let asked = false;
    async function* observed() {
      asked = true;
      yield 1;
    }
    await expect(
      collect(untilAborted(observed(), AbortSignal.abort(), 'it')),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(asked).toBe(false);
  });

  it('ends the source when the reader leaves', async () => {
    let ended = false;
    for await (const _ of untilAborted(
      counting(() => (ended = true)),
      new AbortController().signal,
      'it',
    ))
      break;
    expect(ended).toBe(true);
  });

  it('passes the error of the source through', async () => {
    const broken = new Error('broken');
    async function* breaking() {
      yield 1;
      throw broken;
    }
    await expect(
      collect(untilAborted(breaking(), new AbortController().signal, 'it')),
    ).rejects.toBe(broken);
  });
});

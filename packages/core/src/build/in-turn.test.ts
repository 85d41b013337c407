import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inTurn } from './in-turn.js';

describe('inTurn', () => {
  it('overlaps the first stage of a work with the second of the one before, and no more', async () => {
    const events: string[] = [];
    await inTurn([1, 2, 3], undefined, async (item, { turn }) => {
      events.push(`${item} begins`);
      await delay(1);
      events.push(`${item} is ready`);
      await turn();
      await delay(20);
      events.push(`${item} ends`);
    });
    expect(events).toEqual([
      ...['1 begins', '1 is ready', '2 begins', '2 is ready', '1 ends'],
      ...['3 begins', '3 is ready', '2 ends', '3 ends'],
    ]);
  });

  it('does nothing for nothing', async () => {
    await expect(inTurn([], undefined, () => Promise.reject())).resolves.toBeUndefined();
  });

  it('throws the first error once all that began have ended', async () => {
    const events: string[] = [];
    const works = inTurn([1, 2, 3, 4], undefined, async (item, { signal, turn }) => {
      if (item === 2) {
        await delay(5);
        throw new Error('two');
      }
      await turn();
      await delay(20);
      if (item === 1) events.push(`1 ends ${signal.aborted ? 'stopped' : 'freely'}`);
      else events.push(`${item} ends`);
    });
    await expect(works).rejects.toThrow('two');
    expect(events).toEqual(['1 ends stopped']);
  });

  it('lets a work fail that waits for one which failed', async () => {
    const failed: number[] = [];
    const works = inTurn([1, 2, 3], undefined, async (item, { turn }) => {
      try {
        await turn();
        await delay(10);
        throw new Error(`work ${item}`);
      } catch (error) {
        failed.push(item);
        throw error;
      }
    });
    await expect(works).rejects.toThrow('work 1');
    expect(failed).toEqual([1, 2]);
  });

  it('hands the signal of its caller on', async () => {
    const abort = new AbortController();
    const works = inTurn([1], abort.signal, async (_, { signal }) => {
      abort.abort(new Error('enough'));
      signal.throwIfAborted();
    });
    await expect(works).rejects.toThrow('enough');
  });
});

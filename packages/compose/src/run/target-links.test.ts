import { planBuild } from '@warmdock/core';
import { describe, expect, it } from 'vitest';
import { targetLinks } from './target-links.js';

const result = (text: string) => ({
  states: new Map([['', { definition: Buffer.from(text), imageConfig: undefined }]]),
});

/** Targets and what each needs. */
function linksAmong(needs: Readonly<Record<string, readonly string[]>>) {
  const plan = planBuild({ context: '/' });
  const targets = Object.entries(needs).map(([name, each]) => ({ name, plan, needs: each }));
  return targetLinks({ targets, wanted: [] });
}

/** Whether the promise is fulfilled by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('links', () => {
  it('are between targets that need others, and these', () => {
    const links = linksAmong({ a: [], b: ['a'], c: ['b'], alone: [] });
    expect(['a', 'b', 'c', 'alone'].map((name) => links.isLinked(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('hand each target the results that it needs, and nothing else', async () => {
    const links = linksAmong({ a: [], b: [], c: ['a', 'b'], d: ['b'], e: [] });
    const [c, d] = [links.needed('c'), links.needed('d')];
    expect(await links.needed('e')).toEqual(new Map());
    void links.pass('b', result('b'));
    expect(await d).toEqual(new Map([['b', result('b')]]));
    expect(await isDone(c)).toBe(false);
    void links.pass('a', result('a'));
    expect(await c).toEqual(
      new Map([
        ['a', result('a')],
        ['b', result('b')],
      ]),
    );
  });

  it('hold a target until all that begin with it are built, directly or not', async () => {
    const links = linksAmong({ a: [], b: ['a'], c: ['b'], d: ['a'], other: [] });
    const a = links.pass('a', result('a'));
    const b = links.pass('b', result('b'));
    await links.pass('d', result('d'));
    expect([await isDone(a), await isDone(b)]).toEqual([false, false]);
    await links.pass('c', result('c'));
    expect([await isDone(a), await isDone(b)]).toEqual([true, true]);
  });

  it('are none to a target that is not in the set', async () => {
    const links = linksAmong({ a: ['none'] });
    await expect(links.needed('a')).rejects.toThrow('the set has no target none');
  });
});

import { expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.js';

it('lets so many in, and the next one for each that leaves, once', async () => {
  const limit = new ConcurrencyLimit(2);
  const entered: number[] = [];
  const enter = async (name: number) => {
    const leave = await limit.take();
    entered.push(name);
    return leave;
  };
  const [first, second] = [await enter(1), await enter(2)];
  const third = enter(3);
  const fourth = enter(4);
  await Promise.resolve();
  expect(entered).toEqual([1, 2]);
  first();
  first();
  await third;
  await Promise.resolve();
  expect(entered).toEqual([1, 2, 3]);
  second();
  await fourth;
  expect(entered).toEqual([1, 2, 3, 4]);
});

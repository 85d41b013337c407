import { expect, test } from 'vitest';
import { differingLines } from '../integration/docker/accepted-lines.js';
import { randomLine } from '../integration/docker/random-lines.js';

test('of 10,000 command lines buildx accepts and refuses the same ones', async () => {
  const lines = Array.from({ length: 10_000 }, (_, seed) => randomLine(seed));
  expect(await differingLines(lines)).toEqual([]);
});

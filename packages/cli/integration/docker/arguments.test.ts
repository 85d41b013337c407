import { expect, test } from 'vitest';
import { parseFlags } from '../../src/flags/parse-flags.js';
import { buildFlags } from '../../src/flags/tables/build-flags.js';
import { differingLines, isAccepted } from './accepted-lines.js';
import { flagOf, flags, randomLine } from './random-lines.js';
import { randomly } from './randomly.js';

test('10,000 command lines are accepted or refused, nothing else', () => {
  const accepted = Array.from({ length: 10_000 }, (_, seed) => isAccepted(randomLine(seed)));
  const share = accepted.filter(Boolean).length / accepted.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.9);
});

test('10,000 right command lines are read as they were meant', () => {
  for (let seed = 0; seed < 10_000; seed++) {
    const random = randomly(seed);
    const said = Array.from({ length: random.upTo(8) }, () => flagOf(random.pick(flags), random));
    const positional = random.pick(['.', '-', 'https://x/y.git', 'a b']);
    const words = said.map((each) => each.words);
    words.splice(random.upTo(words.length + 1), 0, [positional]);
    const { values, positionals } = parseFlags(words.flat(), buildFlags);
    expect({ line: words, positionals }).toEqual({ line: words, positionals: [positional] });
    for (const { name } of said) {
      const expected = said.filter((each) => each.name === name).map(({ value }) => value);
      expect({ line: words, [name]: values.get(name) }).toEqual({ line: words, [name]: expected });
    }
  }
});

test('of 300 command lines buildx accepts and refuses the same ones', async () => {
  const lines = Array.from({ length: 300 }, (_, seed) => randomLine(seed));
  expect(await differingLines(lines)).toEqual([]);
});

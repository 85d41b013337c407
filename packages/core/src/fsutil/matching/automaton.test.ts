import { describe, expect, it } from 'vitest';
import { Automaton } from './automaton.js';
import { parseGoRegExp } from './go-regexp.js';

function find(source: string, text: string): boolean {
  return new Automaton(parseGoRegExp(source)).test(text);
}

/** Numbers below `limit`, the same in each run. */
function randomNumbers(seed: number): (limit: number) => number {
  return (limit) => {
    seed = (seed + 0x9e37_79b9) | 0;
    const mixed = Math.imul(seed ^ (seed >>> 16), 0x45d9_f3b);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
  };
}

/** A random expression, in the syntax that Go and JavaScript have in common. */
function randomExpression(random: (limit: number) => number, depth = 2): string {
  const atoms = ['a', 'b', '/', '[^/]', '[ab]', '[^a]', 'é', '😀', '\\.', '\\b', '^', '$'];
  const suffixes = ['', '', '', '*', '?', '+', '{2}', '{0,2}', '{1,}'];
  const piece = () => {
    if (depth > 0 && random(5) === 0) return `(${randomExpression(random, depth - 1)})`;
    const atom = atoms[random(atoms.length)] ?? '';
    // JavaScript repeats no places.
    return ['\\b', '^', '$'].includes(atom) ? atom : `${atom}${suffixes[random(suffixes.length)]}`;
  };
  const sequence = Array.from({ length: random(4) }, piece).join('');
  return random(4) === 0 ? `${sequence}|${piece()}` : sequence;
}

describe('an automaton', () => {
  it('finds what the regular expressions of JavaScript find', () => {
    const random = randomNumbers(7);
    const characters = ['a', 'b', '/', 'é', '😀', '.', 'a', '\n', '_'];
    const textOf = () =>
      Array.from({ length: random(8) }, () => characters[random(characters.length)]).join('');
    const differing: string[] = [];
    let found = 0;
    for (let i = 0; i < 400; i++) {
      const source = randomExpression(random);
      const automaton = new Automaton(parseGoRegExp(source));
      const expected = new RegExp(source, 'u');
      for (const text of Array.from({ length: 10 }, textOf)) {
        if (expected.test(text)) found++;
        if (automaton.test(text) !== expected.test(text))
          differing.push(`${source} in ${JSON.stringify(text)}`);
      }
    }
    expect(differing).toEqual([]);
    expect(found).toBeGreaterThan(800);
  });

  it.each([
    ['stars', `^${'[^/]*a'.repeat(20)}b$`, 'a'.repeat(10_000)],
    ['repeated choices', '^(a|a)*(a|aa)*$', `${'a'.repeat(10_000)}b`],
    ['optional parts', `^${'(.*/)?'.repeat(30)}x$`, 'a/'.repeat(5000)],
    ['more states than it keeps', `^.*a.{15}$`, 'aabab'.repeat(20_000)],
  ])('takes time that grows with the text and no faster: %s', (_what, source, text) => {
    expect(find(source, text)).toBe(false);
  });

  it('refuses an expression that unfolds too far', () => {
    const source = `^${'a{1000}'.repeat(11)}$`;
    expect(() => new Automaton(parseGoRegExp(source))).toThrow(RangeError);
  });
});

describe('syntax that only Go has', () => {
  it.each<[source: string, found: string[], other: string[]]>([
    ['^[[:digit:]x]$', ['1', 'x'], ['a', ':']],
    ['^[[:^digit:]]$', ['a'], ['1']],
    ['^[\\D]$', ['a'], ['1']],
    ['^\\s$', [' ', '\t'], ['\v']],
    ['\\Aa\\z', ['a'], ['ab', 'ba', 'a\n']],
    ['^\\x41\\x{1f600}\\101$', ['A😀A'], ['x41']],
    ['^\\Qa.b*\\E[^/]*$', ['a.b*', 'a.b***'], ['aab*', 'a.b']],
    ['^\\Qa$', [], ['a']],
    ['^{2}a$', ['a'], ['aa']],
    ['a{,2}', ['a{,2}'], ['aa']],
    ['^a\\Bb\\b.$', ['ab.', 'ab/'], ['abc', 'a.b']],
    ['^[]a]$', [']', 'a'], ['b']],
    ['^.$', ['a', '😀'], ['\n', '']],
  ])('%s', (source, found, other) => {
    expect(found.filter((text) => !find(source, text))).toEqual([]);
    expect(other.filter((text) => find(source, text))).toEqual([]);
  });

  it.each([
    '*a',
    'a**',
    'a|*',
    'a{2}{2}',
    'a{3,2}',
    'a{1001}',
    'a{1,1001}',
    '(a',
    'a)',
    '[a',
    '[b-a]',
    '[[:x:]]',
    '\\1',
    '\\8',
    '\\pL',
    '\\y',
    'a\\',
    '\\x{110000}',
  ])('%s is refused', (source) => {
    expect(() => parseGoRegExp(source)).toThrow(SyntaxError);
  });
});

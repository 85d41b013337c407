import { describe, expect, test } from 'vitest';
import { parseFlags } from './parse-flags.js';
import type { Flag } from './tables/flag.js';

const flags: readonly Flag[] = [
  { name: 'tag', short: 't', kind: 'list', about: '' },
  { name: 'file', short: 'f', kind: 'string', about: '' },
  { name: 'quiet', short: 'q', kind: 'boolean', about: '' },
  { name: 'verbose', short: 'v', kind: 'boolean', about: '' },
  { name: 'pull', kind: 'boolean', about: '' },
];

function parsed(line: string) {
  const { values, positionals } = parseFlags(line === '' ? [] : line.split(' '), flags);
  return { ...Object.fromEntries(values), _: positionals };
}

describe('command lines are read as pflag reads them', () => {
  test.each([
    ['', { _: [] }],
    ['a b', { _: ['a', 'b'] }],
    ['--tag x .', { tag: ['x'], _: ['.'] }],
    ['--tag=x=y', { tag: ['x=y'], _: [] }],
    ['--tag=', { tag: [''], _: [] }],
    ['-t x', { tag: ['x'], _: [] }],
    ['-tx', { tag: ['x'], _: [] }],
    ['-t=x', { tag: ['x'], _: [] }],
    ['-t=', { tag: ['='], _: [] }],
    ['-t x -ty --tag z', { tag: ['x', 'y', 'z'], _: [] }],
    ['-f a -f b', { file: ['a', 'b'], _: [] }],
    ['-q', { quiet: ['true'], _: [] }],
    ['-q=false', { quiet: ['false'], _: [] }],
    ['-qv', { quiet: ['true'], verbose: ['true'], _: [] }],
    ['-qtx', { quiet: ['true'], tag: ['x'], _: [] }],
    ['-qt x', { quiet: ['true'], tag: ['x'], _: [] }],
    ['-qv=F', { quiet: ['true'], verbose: ['false'], _: [] }],
    ['--pull .', { pull: ['true'], _: ['.'] }],
    ['--pull=false .', { pull: ['false'], _: ['.'] }],
    ['--pull=0', { pull: ['false'], _: [] }],
    ['--pull=T', { pull: ['true'], _: [] }],
    ['--tag --pull', { tag: ['--pull'], _: [] }],
    ['-t -q', { tag: ['-q'], _: [] }],
    ['. -q', { quiet: ['true'], _: ['.'] }],
    ['-q -- -t x', { quiet: ['true'], _: ['-t', 'x'] }],
    ['-', { _: ['-'] }],
  ])('%j', (line, expected) => {
    expect(parsed(line)).toEqual(expected);
  });
});

describe('what is no command line is refused in the words of pflag', () => {
  test.each([
    ['--foo', 'unknown flag: --foo'],
    ['--foo=x', 'unknown flag: --foo'],
    ['-z', "unknown shorthand flag: 'z' in -z"],
    ['-qz', "unknown shorthand flag: 'z' in -z"],
    ['-zq', "unknown shorthand flag: 'z' in -zq"],
    ['--tag', 'flag needs an argument: --tag'],
    ['-t', "flag needs an argument: 't' in -t"],
    ['-qt', "flag needs an argument: 't' in -t"],
    ['---x', 'bad flag syntax: ---x'],
    ['--=x', 'bad flag syntax: --=x'],
    ['--pull=maybe', 'invalid argument "maybe" for "--pull" flag: neither true nor false'],
    ['-q=maybe', 'invalid argument "maybe" for "-q, --quiet" flag: neither true nor false'],
  ])('%j', (line, message) => {
    expect(() => parsed(line)).toThrow(expect.objectContaining({ name: 'FlagError', message }));
  });
});

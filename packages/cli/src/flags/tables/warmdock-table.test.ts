import { describe, expect, test } from 'vitest';
import type { CommandTable } from './command-table.js';
import { warmdockTable } from './warmdock-table.js';

function withPaths(table: CommandTable, path = table.name): [path: string, table: CommandTable][] {
  const { commands = [] } = table;
  return [[path, table], ...commands.flatMap((each) => withPaths(each, `${path} ${each.name}`))];
}

const all = withPaths(warmdockTable);

describe.each(all)('%s', (_, { about, flags, commands = [] }) => {
  test('says what it and its flags do', () => {
    const texts = flags.filter(({ hidden }) => !hidden).map((flag) => flag.about);
    expect([about, ...texts].filter((text) => text === '')).toEqual([]);
  });

  test('has one flag and one command of a name', () => {
    const names = [
      ...flags.map(({ name }) => `--${name}`),
      ...flags.flatMap(({ short }) => (short ? [`-${short}`] : [])),
      ...commands.map(({ name }) => name),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

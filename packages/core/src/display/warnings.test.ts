import { expect, test } from 'vitest';
import { Warnings } from './warnings.js';

function warning(short: string, vertex = 'a', line = 1) {
  const position = { line, character: 0 };
  return {
    vertex,
    level: 1,
    short: Buffer.from(short),
    detail: [],
    url: '',
    info: { filename: 'Dockerfile', data: Buffer.from('FROM scratch'), language: 'Dockerfile' },
    ranges: [{ start: position, end: position }],
  };
}

test('no warnings, no list', () => {
  expect(new Warnings().format(false)).toBe('');
});

test('the list counts; the same warning of two steps is one', () => {
  const warnings = new Warnings();
  warnings.add([warning('Casing'), warning('Casing', 'b')]);
  expect(warnings.format(false)).toBe('\n 1 warning found:\n - Casing\n');
  warnings.add([warning('NoSuchStage')]);
  expect(warnings.format(false)).toBe('\n 2 warnings found:\n - Casing\n - NoSuchStage\n');
});

test('the same at another place is another', () => {
  const warnings = new Warnings();
  warnings.add([warning('Casing'), warning('Casing', 'a', 2)]);
  expect(warnings.format(false)).toBe('\n 2 warnings found:\n - Casing\n - Casing\n');
});

test('for a terminal the head is yellow', () => {
  const warnings = new Warnings();
  warnings.add([warning('Casing')]);
  expect(warnings.format(true)).toContain('\x1b[33m1 warning found:\x1b[39m\n');
});

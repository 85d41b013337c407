import { expect, test } from 'vitest';
import { formatTable, formatTableOf } from './table.js';

test('columns are as wide as their widest cell, and lines end without spaces', () => {
  const rows = [
    ['a', 'b', 'last'],
    ['long', '', ''],
    ['x', 'wide'],
  ];
  expect(formatTable(rows)).toBe('a      b      last\nlong\nx      wide\n');
});

test('headings stand over rows only', () => {
  expect(formatTableOf(['A', 'B'], [['one', '2']])).toBe('A     B\none   2\n');
  expect(formatTableOf(['A', 'B'], [])).toBe('');
});

import { expect, test } from 'vitest';
import { formatLogLine, StepLog } from './step-log.js';

test.each([
  ['lines', ['a\nb\n'], ['0 a', '0 b'], false],
  ['an open line', ['a\nb'], ['0 a', '0 b'], true],
  ['a line in pieces, marked with the time of the first', ['a', 'b', 'c\n'], ['0 abc'], false],
  ['a line feed by itself', ['a', '\n'], ['0 a'], false],
  ['empty lines', ['\n\n'], ['0 ', '0 '], false],
  ['an empty chunk', ['a', '', 'b'], ['0 ab'], true],
])('%s', (_, chunks, lines, isOpen) => {
  const log = new StepLog();
  for (const [index, chunk] of chunks.entries()) log.append(Buffer.from(chunk), String(index));
  expect(log.lines.map(formatLogLine)).toEqual(lines);
  expect(log.isOpen).toBe(isOpen);
});

test('a character that is cut in two stays whole', () => {
  const log = new StepLog();
  const bytes = Buffer.from('ä\n');
  log.append(bytes.subarray(0, 1), '0');
  log.append(bytes.subarray(1), '1');
  expect(log.lines.map(formatLogLine)).toEqual(['1 ä']);
});

test('old lines can be dropped', () => {
  const log = new StepLog();
  log.append(Buffer.from('a\nb\nc\n'), '0');
  expect(log.keepLast(2)).toBe(1);
  expect(log.keepLast(2)).toBe(0);
  expect(log.lines.map(formatLogLine)).toEqual(['0 b', '0 c']);
});

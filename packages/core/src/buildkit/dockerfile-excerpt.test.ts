import { describe, expect, test } from 'vitest';
import { excerptOf, formatExcerpt, type LineRange } from './dockerfile-excerpt.js';

const text = ['FROM a', 'RUN b', 'RUN c', 'RUN d', 'RUN e', 'RUN f', ''].join('\n');

describe('an excerpt', () => {
  test.each<[rule: string, ranges: LineRange[], first: number, last: number, marked: number[]]>([
    ['has two lines around a single line', [{ start: 4, end: 4 }], 2, 6, [4]],
    ['has one line around several', [{ start: 3, end: 4 }], 2, 5, [3, 4]],
    ['starts with the text', [{ start: 1, end: 1 }], 1, 3, [1]],
    ['ends with the text', [{ start: 7, end: 7 }], 5, 7, [7]],
    [
      'spans all ranges and marks only them',
      [
        { start: 2, end: 2 },
        { start: 5, end: 5 },
      ],
      1,
      6,
      [2, 5],
    ],
    ['stops where the text does', [{ start: 6, end: 99 }], 5, 7, [6, 7]],
  ])('%s', (_rule, ranges, first, last, markedLines) => {
    const lines = text.split('\n').slice(first - 1, last);
    expect(excerptOf('Dockerfile', text, ranges)).toEqual({
      filename: 'Dockerfile',
      firstLine: first,
      lines,
      markedLines,
    });
  });

  test.each<[rule: string, ranges: LineRange[]]>([
    ['without ranges', []],
    ['outside the text', [{ start: 8, end: 9 }]],
    ['before the first line', [{ start: 0, end: 0 }]],
  ])('does not exist %s', (_rule, ranges) => {
    expect(excerptOf('Dockerfile', text, ranges)).toBeUndefined();
  });

  test('drops carriage returns', () => {
    expect(excerptOf('f', 'a\r\nb\r\n', [{ start: 1, end: 1 }])?.lines).toEqual(['a', 'b', '']);
  });

  test("is written in buildx's layout", () => {
    const excerpt = excerptOf('Dockerfile', text, [{ start: 3, end: 3 }]);
    expect(excerpt && formatExcerpt(excerpt)).toBe(
      [
        'Dockerfile:3',
        '--------------------',
        '   1 |     FROM a',
        '   2 |     RUN b',
        '   3 | >>> RUN c',
        '   4 |     RUN d',
        '   5 |     RUN e',
        '--------------------',
      ].join('\n'),
    );
  });
});

import { expect, test } from 'vitest';
import { parseMountInfo } from './mount-info.js';

test('reads lines with any number of optional fields', () => {
  const text = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
    '36 22 254:0 /a/tree /mnt rw shared:1 master:2 - ext4 /dev/vda rw',
    '',
  ].join('\n');
  expect(parseMountInfo(text)).toEqual([
    {
      id: '22',
      parent: '1',
      device: '254:0',
      root: '/',
      point: '/',
      type: 'ext4',
      options: 'rw,discard',
    },
    {
      id: '36',
      parent: '22',
      device: '254:0',
      root: '/a/tree',
      point: '/mnt',
      type: 'ext4',
      options: 'rw',
    },
  ]);
});

test('reads paths with spaces, newlines and backslashes', () => {
  const [entry] = parseMountInfo(
    '1 0 0:1 /a\\040b /c\\012d\\134e rw - overlay none lowerdir=/f\\040g',
  );
  expect(entry).toMatchObject({ root: '/a b', point: '/c\nd\\e', options: 'lowerdir=/f g' });
});

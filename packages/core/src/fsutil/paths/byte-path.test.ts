import { expect, it } from 'vitest';
import { toBytePath, toSystemPath, toText } from './byte-path.js';

it.each(['plain/path', 'é', 'a/☺/😀'])('%s survives the way to bytes and back', (text) => {
  const path = toBytePath(text);
  expect(path.length).toBe(Buffer.byteLength(text));
  expect(toText(path)).toBe(text);
  expect(Buffer.from(toSystemPath(path)).toString()).toBe(text);
});

it('orders by bytes, where text would order by UTF-16 units', () => {
  const names = ['\u{10000}', '\ue000', 'z'];
  expect(names.map(toBytePath).sort().map(toText)).toEqual(['z', '\ue000', '\u{10000}']);
});

it('keeps bytes that are not UTF-8, and shows them as unknown', () => {
  expect(toSystemPath('a\xff')).toEqual(Buffer.from([0x61, 0xff]));
  expect(toText('a\xff')).toBe('a\ufffd');
});

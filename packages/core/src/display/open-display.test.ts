import { MemoryOutput } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { openDisplay } from './open-display.js';

test.each([
  ['auto', true, 'xterm', 'LiveDisplay'],
  ['auto', true, 'dumb', 'PlainDisplay'],
  ['auto', false, 'xterm', 'PlainDisplay'],
  ['tty', true, 'dumb', 'LiveDisplay'],
  ['plain', true, 'xterm', 'PlainDisplay'],
  ['rawjson', true, 'xterm', 'RawJsonDisplay'],
] as const)('%s, on a terminal: %s, with TERM=%s is a %s', async (mode, isTerminal, TERM, name) => {
  const display = await openDisplay(mode, new MemoryOutput({ isTerminal }), { TERM });
  display.end();
  expect(display.constructor.name).toBe(name);
});

test('tty without a terminal is refused', async () => {
  await expect(openDisplay('tty', new MemoryOutput(), {})).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

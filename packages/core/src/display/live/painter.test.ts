import { MemoryOutput } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { Painter } from './painter.js';

const up = '\u001b[1A';

/** How many lines up the second of two frames is drawn, when the terminal has become narrower before it. */
function linesUp(lines: readonly string[], columns: number, env: NodeJS.ProcessEnv = {}): number {
  const output = new MemoryOutput({ isTerminal: true, columns: 80 });
  const painter = new Painter(output, env);
  painter.draw(lines);
  const drawn = output.text.length;
  Object.assign(output, { columns });
  painter.draw(['second']);
  return output.text.slice(drawn).split(up).length - 1;
}

const lines = ['a'.repeat(79), `\u001b[34m${'b'.repeat(79)}\u001b[39m`, 'c'];

test.each([
  [80, 3],
  [100, 3],
  [40, 5],
  [39, 7],
])('in a terminal that has %i columns now it begins %i lines up', (columns, expected) => {
  expect(linesUp(lines, columns)).toBe(expected);
});

test.each([
  [{ TERM: 'linux' }, 3],
  [{ TERM: 'xterm', XTERM_VERSION: 'XTerm(379)' }, 3],
  [{ TERM: 'screen', STY: '1.pts-0' }, 3],
  [{ TERM: 'screen', STY: '1.pts-0', TMUX: '/tmp/tmux' }, 5],
  [{ TERM: 'xterm-256color' }, 5],
])('with %j the lines of before are taken to be %i', (env, expected) => {
  expect(linesUp(lines, 40, env)).toBe(expected);
});

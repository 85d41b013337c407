import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftBuildLifetimeMs, noteLeftBuilds, readLeftBuilds } from './left-builds.js';

let env: { XDG_STATE_HOME: string };
beforeEach(() => {
  env = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'left-builds-')) };
});
afterEach(() => rmSync(env.XDG_STATE_HOME, { recursive: true }));

const leftNow = (ref: string) => ({ ref, leftAt: Date.now() });

test('what one process notes another one reads, beside what was noted before', () => {
  const [a, b] = [leftNow('ref-a'), leftNow('ref-b')];
  noteLeftBuilds({ a }, env);
  noteLeftBuilds({ b }, env);
  expect(readLeftBuilds(env)).toEqual({ a, b });
});

test('only their owner can read the notes, and no half-written file stays', () => {
  noteLeftBuilds({ a: leftNow('ref') }, env);
  const directory = join(env.XDG_STATE_HOME, 'warmdock');
  expect(readdirSync(directory)).toEqual(['left-builds.json']);
  expect(statSync(join(directory, 'left-builds.json')).mode & 0o777).toBe(0o600);
});

test('old notes, and those of a clock that went wrong, do not count', () => {
  const old = { ref: 'old', leftAt: Date.now() - leftBuildLifetimeMs };
  const early = { ref: 'early', leftAt: Date.now() + 2 * leftBuildLifetimeMs };
  noteLeftBuilds({ old, early, fresh: leftNow('fresh') }, env);
  expect(Object.keys(readLeftBuilds(env))).toEqual(['fresh']);
});

test.each(['', '{', '7', 'null', '[1]', '{"a":null,"b":{"ref":7},"c":"d"}'])(
  'a file that holds %j is as good as none',
  (content) => {
    mkdirSync(join(env.XDG_STATE_HOME, 'warmdock'));
    writeFileSync(join(env.XDG_STATE_HOME, 'warmdock/left-builds.json'), content);
    expect(readLeftBuilds(env)).toEqual({});
  },
);

test('where nothing can be written nothing is noted', () => {
  const nowhere = { XDG_STATE_HOME: '/dev/null' };
  noteLeftBuilds({ a: leftNow('ref') }, nowhere);
  expect(readLeftBuilds(nowhere)).toEqual({});
});

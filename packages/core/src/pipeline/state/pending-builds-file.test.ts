import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  pendingBuildLifetimeMs,
  readPendingBuilds,
  recordPendingBuilds,
} from './pending-builds-file.js';

let env: { XDG_STATE_HOME: string };
beforeEach(() => {
  env = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'left-builds-')) };
});
afterEach(() => rmSync(env.XDG_STATE_HOME, { recursive: true }));

const leftNow = (ref: string) => ({ ref, leftAt: Date.now() });

test('what one process notes another one reads, beside what was noted before', () => {
  const [a, b] = [leftNow('ref-a'), leftNow('ref-b')];
  recordPendingBuilds({ a }, env);
  recordPendingBuilds({ b }, env);
  expect(readPendingBuilds(env)).toEqual({ a, b });
});

test('only their owner can read the notes, and no half-written file stays', () => {
  recordPendingBuilds({ a: leftNow('ref') }, env);
  const directory = join(env.XDG_STATE_HOME, 'warmdock');
  expect(readdirSync(directory)).toEqual(['pending-builds.json']);
  expect(statSync(join(directory, 'pending-builds.json')).mode & 0o777).toBe(0o600);
});

test('old notes, and those of a clock that went wrong, do not count', () => {
  const old = { ref: 'old', leftAt: Date.now() - pendingBuildLifetimeMs };
  const early = { ref: 'early', leftAt: Date.now() + 2 * pendingBuildLifetimeMs };
  recordPendingBuilds({ old, early, fresh: leftNow('fresh') }, env);
  expect(Object.keys(readPendingBuilds(env))).toEqual(['fresh']);
});

test.each(['', '{', '7', 'null', '[1]', '{"a":null,"b":{"ref":7},"c":"d"}'])(
  'a file that holds %j is as good as none',
  (content) => {
    mkdirSync(join(env.XDG_STATE_HOME, 'warmdock'));
    writeFileSync(join(env.XDG_STATE_HOME, 'warmdock/pending-builds.json'), content);
    expect(readPendingBuilds(env)).toEqual({});
  },
);

test('where nothing can be written nothing is noted', () => {
  const nowhere = { XDG_STATE_HOME: '/dev/null' };
  recordPendingBuilds({ a: leftNow('ref') }, nowhere);
  expect(readPendingBuilds(nowhere)).toEqual({});
});

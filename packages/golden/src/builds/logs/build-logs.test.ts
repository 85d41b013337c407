import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBuildSession, newBuildId, sessionOf } from '../build-id.js';
import { rotateLogs, tailOf } from './build-logs.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warmdock-logs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('rotateLogs', () => {
  const write = (...names: string[]) =>
    Promise.all(names.map((name) => writeFile(join(directory, name), '')));

  it('makes room for one more build, and leaves other files alone', async () => {
    await write('1.log', '1.daemon.log', '2.log', '2.daemon.log', '3.log', 'notes.txt');
    await rotateLogs(directory, 3);
    expect(await readdir(directory)).toEqual(['2.daemon.log', '2.log', '3.log', 'notes.txt']);
    await rotateLogs(directory, 1);
    expect(await readdir(directory)).toEqual(['notes.txt']);
  });

  it('makes the folder, for its owner alone', async () => {
    await rotateLogs(join(directory, 'a', 'logs'), 3);
    expect(await readdir(join(directory, 'a', 'logs'))).toEqual([]);
  });
});

describe('tailOf', () => {
  it('is the last lines', async () => {
    const path = join(directory, 'log');
    await writeFile(path, `${'x'.repeat(1_000_000)}\na\nb\nc\n`);
    expect(await tailOf(path, 2)).toBe('b\nc');
  });

  it('is empty when there is no log', async () => {
    expect(await tailOf(join(directory, 'missing'), 2)).toBe('');
  });
});

describe('a build id', () => {
  it('sorts by time, and names a session of the store', () => {
    const id = newBuildId(new Date('2026-01-31T23:59:59.123Z'));
    expect(id).toMatch(/^20260131T235959Z-[0-9a-f]{8}$/);
    expect(isBuildSession(sessionOf(id))).toBe(true);
    expect(newBuildId()).not.toBe(newBuildId());
  });

  it.each(['build-mine', `build-${newBuildId()}-2`, newBuildId()])(
    'is not seen in session %s',
    (session) => {
      expect(isBuildSession(session)).toBe(false);
    },
  );
});

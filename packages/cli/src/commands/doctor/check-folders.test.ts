import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { smallDisk } from '../../docker/shim.testing.js';
import { compiledCodePath } from '../../process/compiled-program.js';
import { checkFolders } from './check-folders.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'warmdock-doctor-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function levels(env: NodeJS.ProcessEnv) {
  return Object.fromEntries(checkFolders(env).map(({ about, level }) => [about, level]));
}

test('folders that can be made are fine, and nothing is made', () => {
  const env = { HOME: home, XDG_STATE_HOME: join(home, 'new') };
  expect(levels(env)).toMatchObject({ state: 'ok', cache: 'ok' });
  expect(levels({ HOME: home })).toMatchObject({ state: 'ok', cache: 'ok' });
  expect(readdirSync(home)).toEqual([]);
});

test('nothing is made in a home that does not exist', () => {
  const env = { HOME: join(home, 'absent') };
  expect(levels(env)).toMatchObject({ state: 'warning', cache: 'warning' });
});

test('folders below a file cannot be made', () => {
  const file = join(home, 'file');
  writeFileSync(file, '', { mode: 0o600 });
  const env = { XDG_STATE_HOME: file, XDG_CACHE_HOME: file };
  expect(levels(env)).toMatchObject({ state: 'warning', cache: 'warning' });
});

test.each(['size=64k', 'size=100m,nr_inodes=1'])('a full disk keeps nothing: %s', (options) => {
  const disk = smallDisk('1k', options);
  const env = { XDG_STATE_HOME: disk, XDG_CACHE_HOME: disk };
  expect(levels(env)).toMatchObject({ state: 'warning', cache: 'warning' });
  expect(checkFolders(env)[0]?.text).toMatch(/its disk is full, .* in .*: contexts are sent anew/);
});

test('a read-only disk keeps nothing', () => {
  const disk = smallDisk('100m', 'ro');
  const env = { XDG_STATE_HOME: disk, XDG_CACHE_HOME: disk };
  expect(levels(env)).toMatchObject({ state: 'warning', cache: 'warning' });
});

test('a user without a home keeps no code', () => {
  expect(levels({ XDG_STATE_HOME: home })).toMatchObject({ cache: 'warning' });
});

test('kept code is found', () => {
  const cache = join(home, 'warmdock');
  const about = () => checkFolders({ HOME: home, XDG_CACHE_HOME: home });
  expect(about()).toContainEqual(expect.objectContaining({ text: expect.stringMatching(/not/) }));
  mkdirSync(cache);
  writeFileSync(compiledCodePath(cache, 'build-program.cjs'), '');
  expect(about()).toContainEqual({ about: 'compiled code', level: 'ok', text: 'kept' });
});

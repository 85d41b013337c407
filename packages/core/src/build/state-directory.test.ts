import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeStateDirectory, stateDirectory } from './state-directory.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'warmdock-state-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

it('is made in a home, again and again', () => {
  const env = { HOME: folder() };
  makeStateDirectory(env);
  makeStateDirectory(env);
  expect(existsSync(join(env.HOME, '.local/state/warmdock'))).toBe(true);
});

it('is made where XDG_STATE_HOME says, which may be missing', () => {
  const env = { HOME: '/nowhere', XDG_STATE_HOME: join(folder(), 'state') };
  makeStateDirectory(env);
  expect(existsSync(stateDirectory(env))).toBe(true);
});

it.each([
  ['a folder', () => join(folder(), 'home')],
  ['/proc', () => '/proc/nowhere'],
])('is not made in a home that is missing from %s', (_where, homeOf) => {
  const home = homeOf();
  expect(() => makeStateDirectory({ HOME: home })).toThrow('ENOENT');
  expect(existsSync(home)).toBe(false);
});

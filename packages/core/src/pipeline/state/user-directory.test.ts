import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { userDirectory } from './user-directory.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'warmdock-user-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function ofAnother(path = folder()): string {
  mkdirSync(path, { recursive: true });
  chownSync(path, 12345, 12345);
  return path;
}

const ownHome = userInfo().homedir;

it.each([
  ['cache', '.cache'],
  ['data', '.local/share'],
  ['state', '.local/state'],
] as const)('%s is in the home', (kind, below) => {
  const home = folder();
  expect(userDirectory(kind, { HOME: home })).toBe(join(home, below));
});

it('is where its variable says, which may be missing', () => {
  const XDG_STATE_HOME = join(folder(), 'a/b');
  expect(userDirectory('state', { HOME: '/nowhere', XDG_STATE_HOME })).toBe(XDG_STATE_HOME);
});

it.each([
  ['a folder', () => join(folder(), 'home')],
  ['/proc', () => '/proc/nowhere'],
])('is not in a home that is missing from %s', (_where, homeOf) => {
  expect(userDirectory('state', { HOME: homeOf() })).toBeUndefined();
});

it.each<[what: string, env: () => NodeJS.ProcessEnv]>([
  ['HOME', () => ({ HOME: ofAnother() })],
  ['a link at HOME', () => ({ HOME: linkTo(ofAnother()) })],
  ['XDG_STATE_HOME', () => ({ HOME: ofAnother(), XDG_STATE_HOME: join(ofAnother(), 'a/b') })],
  ['XDG_STATE_HOME, which root has made in it', () => rootsOwnIn(ofAnother())],
])('is in the own home where %s is of another user', (_what, env) => {
  expect(userDirectory('state', env())).toBe(join(ownHome, '.local/state'));
});

function linkTo(target: string): string {
  const path = join(folder(), 'link');
  symlinkSync(target, path);
  return path;
}

function rootsOwnIn(home: string): NodeJS.ProcessEnv {
  const XDG_STATE_HOME = join(home, 'state');
  mkdirSync(XDG_STATE_HOME);
  return { HOME: home, XDG_STATE_HOME };
}

import { chmodSync, copyFileSync, mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { launcher, temporaryFolder, writeProgram } from '../../docker/shim.testing.js';
import { installShim } from './install.js';
import { shimStatus } from './status.js';

const { node: version } = process.versions;

let [folder, real, realDocker] = ['', '', ''];
beforeEach(() => {
  folder = join(temporaryFolder(), 'shim');
  real = temporaryFolder();
  realDocker = writeProgram(join(real, 'docker'));
});

test('nothing is left to do when the shim comes first', () => {
  const [path = ''] = installShim({ launcher, folder });
  expect(shimStatus(folder, { PATH: `${folder}:${real}` })).toEqual({
    path,
    installed: true,
    executable: true,
    active: true,
    first: path,
    realDocker,
    compose: undefined,
    node: { path: process.execPath, recorded: true, version, problem: undefined },
    off: false,
    todo: [],
  });
});

test('a shim behind the real docker is of no use', () => {
  installShim({ launcher, folder });
  const status = shimStatus(folder, { PATH: `${real}:${folder}`, SHELL: '/bin/zsh' });
  expect(status).toMatchObject({ installed: true, active: false, first: realDocker, realDocker });
  expect(status.todo).toEqual([
    `put it first in PATH, in ~/.zshrc and in open shells: export PATH=${folder}:"$PATH"`,
  ]);
});

test.each<[what: string, spoil: (path: string) => void]>([
  ['without its run bit', (path) => chmodSync(path, 0o644)],
  [
    'whose package is gone',
    (path) => {
      unlinkSync(path);
      symlinkSync('/gone/cli/bin/docker', path);
    },
  ],
])('a shim %s is of no use', (_what, spoil) => {
  const [path = ''] = installShim({ launcher, folder, link: copyFileSync });
  spoil(path);
  const status = shimStatus(folder, { PATH: `${folder}:${real}` });
  expect(status).toMatchObject({ installed: true, executable: false, active: false });
  expect(status.todo).toEqual([expect.stringMatching(/^install it again, it cannot be run/)]);
  installShim({ launcher, folder });
  expect(shimStatus(folder, { PATH: `${folder}:${real}` })).toMatchObject({ active: true });
});

test('what is no program is no docker', () => {
  const other = temporaryFolder();
  mkdirSync(join(other, 'docker'));
  expect(shimStatus(folder, { PATH: `${other}::${real}` })).toMatchObject({ first: realDocker });
});

test.each<[env: () => NodeJS.ProcessEnv, todo: RegExp]>([
  [() => ({ PATH: real }), /^install it/],
  [() => ({ PATH: folder }), /^install Docker/],
  [() => ({ PATH: real, WARMDOCK_DOCKER: launcher }), /^WARMDOCK_DOCKER has to name the real/],
  [() => ({ PATH: real, WARMDOCK: 'off' }), /^unset WARMDOCK/],
  [() => ({ PATH: real, WARMDOCK: 'explian' }), /^WARMDOCK=explian means nothing/],
])('what is missing is said (%#)', (env, todo) => {
  expect(shimStatus(folder, env()).todo).toContainEqual(expect.stringMatching(todo));
});

test.each(['explain', 'pull'])('WARMDOCK=%s is nothing to correct', (WARMDOCK) => {
  const { todo } = shimStatus(folder, { PATH: real, WARMDOCK });
  expect(todo.filter((text) => text.includes('WARMDOCK'))).toEqual([]);
});

test('WARMDOCK_DOCKER names the real one', () => {
  expect(shimStatus(folder, { PATH: '', WARMDOCK_DOCKER: realDocker })).toMatchObject({
    realDocker,
  });
});

test('docker-compose needs the shim where there is a real one', () => {
  const PATH = `${folder}:${real}`;
  installShim({ launcher, folder });
  const compose = writeProgram(join(real, 'docker-compose'));
  const before = shimStatus(folder, { PATH });
  expect(before.compose).toEqual({
    installed: false,
    executable: false,
    active: false,
    real: compose,
  });
  expect(before.todo).toEqual(['install it for docker-compose, too: warmdock shim install']);
  installShim({ launcher, folder, names: ['docker', 'docker-compose'] });
  const after = shimStatus(folder, { PATH });
  expect(after).toMatchObject({ compose: { installed: true, active: true }, todo: [] });
});

test('docker-compose may come before its shim, where docker does not', () => {
  installShim({ launcher, folder, names: ['docker', 'docker-compose'] });
  const first = temporaryFolder();
  const compose = writeProgram(join(first, 'docker-compose'));
  const status = shimStatus(folder, { PATH: `${first}:${folder}:${real}` });
  expect(status).toMatchObject({ active: true, compose: { active: false, real: compose } });
  expect(status.todo).toEqual([expect.stringMatching(/^put it first in PATH/)]);
});

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installShim } from './install.js';
import { recordedNode } from './recorded-node.js';
import { launcher, temporaryFolder, writeProgram } from './shim.testing.js';
import { placeOf } from './shim-file.js';
import { uninstallShim } from './uninstall.js';

const noLinks = () => {
  throw Object.assign(new Error('no links here'), { code: 'EPERM' });
};

describe('installing', () => {
  test('makes the folder and a link in it, again and again', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    for (let round = 0; round < 2; round++) {
      expect(installShim({ launcher, folder })).toEqual([join(folder, 'docker')]);
      expect(readlinkSync(join(folder, 'docker'))).toBe(launcher);
      expect(readdirSync(folder).sort()).toEqual(['.warmdock-node', 'docker']);
    }
  });

  test('records the Node that runs it, or another, again and again', () => {
    const folder = temporaryFolder();
    installShim({ launcher, folder, node: '/old/node' });
    expect(recordedNode(folder)).toBe('/old/node');
    installShim({ launcher, folder, link: noLinks });
    expect(recordedNode(folder)).toBe(process.execPath);
    uninstallShim({ folder, isOwnFolder: false });
    expect(recordedNode(folder)).toBeUndefined();
  });

  test('makes a copy that knows its package where there are no links', () => {
    const folder = temporaryFolder();
    const [path = ''] = installShim({ launcher, folder, link: noLinks });
    expect(readFileSync(path, 'utf8')).toContain(`\nwarmdock_bin='${join(launcher, '..')}'\n`);
    execFileSync('sh', ['-n', path]);
    execFileSync('test', ['-x', path]);
  });

  test('can name any folder in the copy', () => {
    const strange = writeProgram(
      join(temporaryFolder(), "it's $HOME", 'docker'),
      readFileSync(launcher, 'utf8'),
    );
    const [path = ''] = installShim({
      launcher: strange,
      folder: temporaryFolder(),
      link: noLinks,
    });
    const line = /^warmdock_bin=.+$/m.exec(readFileSync(path, 'utf8'))?.[0];
    const told = execFileSync('sh', ['-c', `${line}; printf %s "$warmdock_bin"`], {
      encoding: 'utf8',
    });
    expect(told).toBe(join(strange, '..'));
  });

  test.each<[what: string, put: (path: string) => void]>([
    ["another version's shim", (path) => copyFileSync(launcher, path)],
    ['a link to a package that is gone', (path) => symlinkSync('/gone/cli/bin/docker', path)],
    ['a link to a copy', (path) => symlinkSync(launcher, path)],
  ])('replaces %s', (_what, put) => {
    const folder = temporaryFolder();
    put(join(folder, 'docker'));
    installShim({ launcher, folder });
    expect(readlinkSync(join(folder, 'docker'))).toBe(launcher);
  });

  test.each<[what: string, put: (path: string) => void]>([
    ['a program', (path) => void writeProgram(path)],
    ['an empty file', (path) => void writeProgram(path, '')],
    ['a folder', (path) => void mkdirSync(path)],
    ['a link to a program', (path) => symlinkSync('/bin/sh', path)],
    ['a link to nothing', (path) => symlinkSync('/gone/docker', path)],
  ])('and removing leave %s alone', (_what, put) => {
    const folder = temporaryFolder();
    put(join(folder, 'docker'));
    expect(() => installShim({ launcher, folder })).toThrow("is not warmdock's shim");
    expect(() => uninstallShim({ folder, isOwnFolder: true })).toThrow("is not warmdock's shim");
    expect(placeOf(join(folder, 'docker'))).toBe('foreign');
    expect(readdirSync(folder)).toEqual(['docker']);
  });

  test('says so when the folder cannot be made', () => {
    const file = writeProgram(join(temporaryFolder(), 'file'));
    expect(() => installShim({ launcher, folder: join(file, 'bin') })).toThrow('ENOTDIR');
  });
});

describe('removing', () => {
  test.each<[folder: string, isOwnFolder: boolean]>([
    ['its own folder when that is empty', true],
    ['the link alone from a folder of the user', false],
  ])('takes %s', (_what, isOwnFolder) => {
    const folder = temporaryFolder();
    installShim({ launcher, folder });
    expect(uninstallShim({ folder, isOwnFolder })).toEqual([join(folder, 'docker')]);
    expect(existsSync(folder)).toBe(!isOwnFolder);
    expect(uninstallShim({ folder, isOwnFolder })).toEqual([]);
  });

  test('keeps what else is in its folder', () => {
    const folder = temporaryFolder();
    installShim({ launcher, folder });
    writeProgram(join(folder, 'other'));
    uninstallShim({ folder, isOwnFolder: true });
    expect(readdirSync(folder)).toEqual(['other']);
  });
});

describe('docker-compose', () => {
  const names = ['docker', 'docker-compose'] as const;

  test('is a link as well, which goes with the other one', () => {
    const folder = join(temporaryFolder(), 'own');
    const paths = names.map((name) => join(folder, name));
    expect(installShim({ launcher, folder, names })).toEqual(paths);
    expect(paths.map((path) => readlinkSync(path))).toEqual([launcher, launcher]);
    expect(uninstallShim({ folder, isOwnFolder: true })).toEqual(paths);
    expect(existsSync(folder)).toBe(false);
  });

  test('that is a real one is left alone, and nothing is installed beside it', () => {
    const folder = temporaryFolder();
    const real = writeProgram(join(folder, 'docker-compose'));
    expect(() => installShim({ launcher, folder, names })).toThrow(`${real} is there already`);
    expect(readdirSync(folder)).toEqual(['docker-compose']);
    installShim({ launcher, folder });
    expect(uninstallShim({ folder, isOwnFolder: true })).toEqual([join(folder, 'docker')]);
    expect(readdirSync(folder)).toEqual(['docker-compose']);
  });
});

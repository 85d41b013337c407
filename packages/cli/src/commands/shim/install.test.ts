import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launcher, smallDisk, temporaryFolder, writeProgram } from '../../docker/shim.testing.js';
import { installShim } from './install.js';
import { recordedNode } from './recorded-node.js';
import { stateOfShimFile } from './shim-file.js';
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
      const own = ['.made-for-warmdock', '.warmdock-node', 'docker'];
      expect(readdirSync(folder).sort()).toEqual(own);
    }
  });

  test('records the Node that runs it, or another, again and again', () => {
    const folder = temporaryFolder();
    installShim({ launcher, folder, node: '/old/node' });
    expect(recordedNode(folder)).toBe('/old/node');
    installShim({ launcher, folder, link: noLinks });
    expect(recordedNode(folder)).toBe(process.execPath);
    uninstallShim(folder);
    expect(recordedNode(folder)).toBeUndefined();
  });

  test('gives a launcher its run bit back', () => {
    const bare = writeProgram(join(temporaryFolder(), 'docker'), readFileSync(launcher, 'utf8'));
    chmodSync(bare, 0o644);
    const [path = ''] = installShim({ launcher: bare, folder: temporaryFolder() });
    expect(readlinkSync(path)).toBe(bare);
    execFileSync('test', ['-x', path]);
  });

  test('copies a launcher that cannot be run where it is', () => {
    const disk = smallDisk('1m', 'noexec');
    const bare = writeProgram(join(disk, 'docker'), readFileSync(launcher, 'utf8'));
    const [path = ''] = installShim({ launcher: bare, folder: temporaryFolder() });
    expect(lstatSync(path).isFile()).toBe(true);
    execFileSync('test', ['-x', path]);
    expect(readFileSync(path, 'utf8')).toContain(`\nwarmdock_bin='${disk}'\n`);
  });

  test('leaves nothing where no program can be run', () => {
    const folder = join(smallDisk('1m', 'noexec'), 'bin');
    expect(() => installShim({ launcher, folder, link: noLinks })).toThrow('could not be run');
    expect(existsSync(folder)).toBe(false);
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
    expect(() => uninstallShim(folder)).toThrow("is not warmdock's shim");
    expect(stateOfShimFile(join(folder, 'docker'))).toBe('foreign');
    expect(readdirSync(folder)).toEqual(['docker']);
  });

  test('says so when the folder cannot be made', () => {
    const file = writeProgram(join(temporaryFolder(), 'file'));
    expect(() => installShim({ launcher, folder: join(file, 'bin') })).toThrow('ENOTDIR');
  });
});

describe('removing', () => {
  test('takes the shim away, and all folders that were made for it', () => {
    const home = temporaryFolder();
    const folder = join(home, 'share', 'warmdock', 'bin');
    installShim({ launcher, folder });
    installShim({ launcher, folder });
    expect(uninstallShim(folder)).toEqual([join(folder, 'docker')]);
    expect(readdirSync(home)).toEqual([]);
    expect(uninstallShim(folder)).toEqual([]);
  });

  test('leaves folders that were there before, empty or not', () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'there'));
    const folder = join(home, 'there', 'made');
    installShim({ launcher, folder });
    uninstallShim(folder);
    expect(readdirSync(home)).toEqual(['there']);
    const before = temporaryFolder();
    installShim({ launcher, folder: before });
    expect(readdirSync(before).sort()).toEqual(['.warmdock-node', 'docker']);
    uninstallShim(before);
    expect(readdirSync(before)).toEqual([]);
  });

  test('keeps what else is in its folders', () => {
    const home = temporaryFolder();
    const folder = join(home, 'share', 'bin');
    installShim({ launcher, folder });
    writeProgram(join(folder, 'other'));
    uninstallShim(folder);
    expect(readdirSync(folder)).toEqual(['other']);
  });

  test('believes no record that names other folders', () => {
    const home = temporaryFolder();
    const [folder, empty] = [join(home, 'bin'), join(home, 'empty')];
    installShim({ launcher, folder });
    mkdirSync(empty);
    for (const record of [empty, `${folder}/../empty`, '']) {
      writeFileSync(join(folder, '.made-for-warmdock'), record);
      uninstallShim(folder);
      installShim({ launcher, folder });
    }
    expect(readdirSync(home).sort()).toEqual(['bin', 'empty']);
  });
});

describe('docker-compose', () => {
  const names = ['docker', 'docker-compose'] as const;

  test('is a link as well, which goes with the other one', () => {
    const folder = join(temporaryFolder(), 'own');
    const paths = names.map((name) => join(folder, name));
    expect(installShim({ launcher, folder, names })).toEqual(paths);
    expect(paths.map((path) => readlinkSync(path))).toEqual([launcher, launcher]);
    expect(uninstallShim(folder)).toEqual(paths);
    expect(existsSync(folder)).toBe(false);
  });

  test('that is a real one is left alone, and nothing is installed beside it', () => {
    const folder = temporaryFolder();
    const real = writeProgram(join(folder, 'docker-compose'));
    expect(() => installShim({ launcher, folder, names })).toThrow(`${real} is there already`);
    expect(readdirSync(folder)).toEqual(['docker-compose']);
    installShim({ launcher, folder });
    expect(uninstallShim(folder)).toEqual([join(folder, 'docker')]);
    expect(readdirSync(folder)).toEqual(['docker-compose']);
  });
});

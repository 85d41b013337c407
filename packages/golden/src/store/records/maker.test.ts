import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { announceMaker, isMakerAlive, takeOverFromDeadMaker } from './maker.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmdock-maker-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function makeFolder(name: string): string {
  mkdirSync(join(directory, name));
  return join(directory, name);
}

/** A folder whose maker was killed. */
async function abandoned(name: string): Promise<string> {
  const folder = makeFolder(name);
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script, join(folder, 'maker')]), 'exit');
  return folder;
}

/** Folders of makers that live until the end of the test. */
async function makers(count: number): Promise<string[]> {
  const folders = Array.from({ length: count }, (_, index) => makeFolder(`own-${index}`));
  const listening = await Promise.all(folders.map(announceMaker));
  onTestFinished(async () => {
    for (const one of listening) await one[Symbol.asyncDispose]();
  });
  return folders;
}

describe('isBeingMade', () => {
  it('is true until its maker is done, wherever the folder has moved, and leaves nothing', async () => {
    const folder = makeFolder('a');
    const maker = await announceMaker(folder);
    expect(await isMakerAlive(folder)).toBe(true);
    renameSync(folder, join(directory, 'b'));
    expect(await isMakerAlive(join(directory, 'b'))).toBe(true);
    await maker[Symbol.asyncDispose]();
    expect(await isMakerAlive(join(directory, 'b'))).toBe(false);
    expect(readdirSync(join(directory, 'b'))).toEqual([]);
  });

  it('is false once its maker was killed', async () => {
    expect(await isMakerAlive(await abandoned('a'))).toBe(false);
  });

  it('is true while its maker does not come to answer', async () => {
    const folder = makeFolder('a');
    const script = `require('node:net').createServer().listen(process.argv[1], () => { console.log(); for (;;); })`;
    const busy = spawn(process.execPath, ['-e', script, join(folder, 'maker')]);
    onTestFinished(() => void busy.kill('SIGKILL'));
    await once(busy.stdout, 'data');
    for (let times = 0; times < 3; times++) expect(await isMakerAlive(folder)).toBe(true);
  });

  it('takes paths that are longer than those of sockets may be', async () => {
    const folder = makeFolder('a'.repeat(200));
    await using _ = await announceMaker(folder);
    expect(await isMakerAlive(folder)).toBe(true);
  });
});

describe('takeOver', () => {
  it('is granted to one of many', async () => {
    const folder = await abandoned('a');
    const own = await makers(20);
    const ends = await Promise.all(own.map((one) => takeOverFromDeadMaker(folder, one)));
    expect(ends.filter(Boolean)).toHaveLength(1);
  });

  it('is granted again when the one who had it has ended', async () => {
    const folder = await abandoned('a');
    for (const name of ['b', 'c', 'd']) {
      const own = makeFolder(name);
      await using _ = await announceMaker(own);
      expect(await takeOverFromDeadMaker(folder, own)).toBe(true);
    }
  });

  it('is not granted for what somebody makes, nor for what is gone', async () => {
    const [own = '', other = ''] = await makers(2);
    expect(await takeOverFromDeadMaker(other, own)).toBe(false);
    expect(await takeOverFromDeadMaker(join(directory, 'missing'), own)).toBe(false);
  });

  it('is granted for what was made without a socket', async () => {
    const [own = ''] = await makers(1);
    expect(await takeOverFromDeadMaker(makeFolder('a'), own)).toBe(true);
  });
});

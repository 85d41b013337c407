import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockFile } from './file-lock.js';

const operation = 'promotion of project app';
let directory = '';
let path = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warmdock-lock-'));
  path = join(directory, 'lock with space');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Another program that holds the lock until it is killed. */
async function holdElsewhere() {
  const script = 'echo; exec cat';
  const holder = spawn('flock', ['--no-fork', path, 'sh', '-c', script]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return holder;
}

describe('lockFile', () => {
  it('keeps others out until it is disposed of', async () => {
    const held = await lockFile(path, { operation });
    await expect(lockFile(path, { operation })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `${operation}: ${path} is locked by another process`,
    });
    await held[Symbol.asyncDispose]();
    await using _ = await lockFile(path, { operation });
  });

  it('respects what other programs lock', async () => {
    await holdElsewhere();
    await expect(lockFile(path, { operation })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('waits for as long as it is told', async () => {
    const holder = await holdElsewhere();
    const waiting = lockFile(path, { operation, waitMs: 10_000 });
    await delay(50);
    holder.kill('SIGKILL');
    await using _ = await waiting;
    await expect(lockFile(path, { operation, waitMs: 30 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('stops waiting when its signal fires, and does not take the lock later', async () => {
    const held = await lockFile(path, { operation });
    const signal = AbortSignal.timeout(30);
    await expect(lockFile(path, { operation, waitMs: 60_000 }, { signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await held[Symbol.asyncDispose]();
    await using _ = await lockFile(path, { operation });
  });

  it('waits for a file that was removed meanwhile, and locks the one that is there', async () => {
    const holder = await holdElsewhere();
    const waiting = lockFile(path, { operation, waitMs: 10_000 });
    await delay(50);
    await rm(path);
    const other = await lockFile(path, { operation });
    holder.kill('SIGKILL');
    const first = await Promise.race([waiting.then(() => 'locked'), delay(100, 'waits')]);
    expect(first).toBe('waits');
    await other[Symbol.asyncDispose]();
    await using _ = await waiting;
    await expect(lockFile(path, { operation })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('follows no link', async () => {
    await symlink(join(directory, 'elsewhere'), path);
    await expect(lockFile(path, { operation })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await readdir(directory)).toEqual(['lock with space']);
  });

  it('says why where there can be no lock', async () => {
    const missing = join(directory, 'missing', 'lock');
    await expect(lockFile(missing, { operation })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no such file or directory'),
    });
  });

  it('is of the new file when its folder is removed meanwhile, for who makes folders', async () => {
    const folder = join(directory, 'project');
    const options = { operation, waitMs: 10_000, makesFolder: true };
    path = join(folder, 'lock');
    const first = await lockFile(path, options);
    const { ino } = await stat(path);
    const waiting = lockFile(path, options);
    await expect.poll(() => readFile('/proc/locks', 'utf8')).toMatch(new RegExp(`-> .*:${ino} `));
    await rename(folder, join(directory, 'removed'));
    await first[Symbol.asyncDispose]();
    await using _lock = await waiting;
    await expect(lockFile(path, { ...options, waitMs: 0 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SharedLocks } from '../load/shared-locks.js';
import { type LockOptions, takeProcessLock } from './process-lock.js';

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'loads'));
  return join(folder, 'loads', 'lock');
}

const patient: LockOptions = { patienceMs: 60_000, onWait: async () => true };

function cancelledSoon(): AbortSignal {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  return stop.signal;
}

/** Another process that listens where holders do, until it is killed. */
async function otherHolder(path: string) {
  const script = `require('net').createServer((s) => s.on('error', () => {})).listen(${JSON.stringify(path)}, () => console.log('holds'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a process lock', () => {
  it('is found under further paths, until it is released', async () => {
    const path = lockPath();
    const [other, taken] = [`${path}-other`, `${path}-taken`];
    const [first, second] = [
      await takeProcessLock(path, patient),
      await takeProcessLock(taken, patient),
    ];
    if (!('lock' in first) || !('lock' in second)) throw new Error('denied');
    first.lock.extendTo([other, taken]);
    const waiting = [takeProcessLock(other, patient), takeProcessLock(taken, patient)] as const;
    second.lock.release();
    expect(await waiting[1]).toMatchObject({ how: 'waited' });
    expect(await Promise.race([waiting[0], Promise.resolve('waits')])).toBe('waits');
    first.lock.release();
    const third = await waiting[0];
    expect(third).toMatchObject({ how: 'waited' });
    if ('lock' in third) third.lock.release();
    await expect.poll(() => existsSync(other)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves further paths to the next one when its process is killed', async () => {
    const path = lockPath();
    const holder = await otherHolder(path);
    linkSync(path, `${path}-other`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const taken = await takeProcessLock(`${path}-other`, patient);
    expect(taken).toMatchObject({ how: 'free' });
    if ('lock' in taken) taken.lock.release();
  });

  it('is free for the first, and leaves nothing behind', async () => {
    const path = lockPath();
    const taken = await takeProcessLock(path, patient);
    expect(taken).toMatchObject({ how: 'free' });
    if ('lock' in taken) taken.lock.release();
    await expect.poll(() => existsSync(path)).toBe(false);
  });

  it('is held by one at a time, and goes on when it is released', async () => {
    const path = lockPath();
    let holders = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const taken = await takeProcessLock(path, patient);
        if (!('lock' in taken)) throw new Error('denied');
        holders += 1;
        most = Math.max(most, holders);
        await new Promise((resolve) => setTimeout(resolve, 5));
        holders -= 1;
        taken.lock.release();
      }),
    );
    expect(most).toBe(1);
  });

  it('is free again when its holder is killed', async () => {
    const path = lockPath();
    const holder = await otherHolder(path);
    const waiting = takeProcessLock(path, patient);
    holder.kill('SIGKILL');
    const taken = await waiting;
    expect(taken).toHaveProperty('lock');
    if ('lock' in taken) taken.lock.release();
  });

  it('is free where a killed holder has left its socket', async () => {
    const path = lockPath();
    const holder = await otherHolder(path);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(existsSync(path)).toBe(true);
    const taken = await takeProcessLock(path, patient);
    expect(taken).toMatchObject({ how: 'free' });
    if ('lock' in taken) taken.lock.release();
  });

  it('is waited for as long as it is said to be worth it', async () => {
    const path = lockPath();
    const first = await takeProcessLock(path, patient);
    let asked = 0;
    const onWait = async () => ++asked < 3;
    expect(await takeProcessLock(path, { patienceMs: 10, onWait })).toEqual({ how: 'denied' });
    expect(asked).toBe(3);
    if ('lock' in first) first.lock.release();
  });

  it('is not waited for by whoever is cancelled', async () => {
    const path = lockPath();
    const first = await takeProcessLock(path, patient);
    const signal = cancelledSoon();
    await expect(takeProcessLock(path, { ...patient, signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    if ('lock' in first) first.lock.release();
  });

  it('is denied where there can be none', async () => {
    const path = lockPath();
    writeFileSync(path, '');
    expect(await takeProcessLock(join(path, 'lock'), patient)).toEqual({ how: 'denied' });
    const long = join(path, '..', 'x'.repeat(200));
    expect(await takeProcessLock(long, patient)).toEqual({ how: 'denied' });
  });
});

describe('locks that are shared in a process', () => {
  it('are taken together, and given back by the last', async () => {
    const path = lockPath();
    const locks = new SharedLocks();
    const upper = `${path}-upper`;
    const lower = await locks.take(path, [upper], patient);
    const taken = [lower, await locks.take(upper, [path], patient)];
    const other = takeProcessLock(path, patient);
    let isTaken = false;
    void other.then(() => {
      isTaken = true;
    });
    for (const outcome of taken) {
      expect(isTaken).toBe(false);
      if ('lock' in outcome) outcome.lock.release();
    }
    const last = await other;
    expect(last).toMatchObject({ how: 'waited' });
    if ('lock' in last) last.lock.release();
  });

  it('keep nobody who is cancelled', async () => {
    const path = lockPath();
    const holder = await takeProcessLock(path, patient);
    const locks = new SharedLocks();
    const first = locks.take(path, [], patient);
    const second = locks.take(path, [], { ...patient, signal: cancelledSoon() });
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    if ('lock' in holder) holder.lock.release();
    const taken = await first;
    if ('lock' in taken) taken.lock.release();
    await expect.poll(() => existsSync(path)).toBe(false);
  });

  it('are taken by others when the first who asked is cancelled', async () => {
    const path = lockPath();
    const holder = await takeProcessLock(path, patient);
    const locks = new SharedLocks();
    const stop = new AbortController();
    const first = locks.take(path, [], { ...patient, signal: stop.signal });
    const second = locks.take(path, [], patient);
    stop.abort();
    await expect(first).rejects.toBeDefined();
    if ('lock' in holder) holder.lock.release();
    const taken = await second;
    expect(taken).toHaveProperty('lock');
    if ('lock' in taken) taken.lock.release();
  });
});

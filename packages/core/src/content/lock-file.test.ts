import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockFile } from './lock-file.js';

afterEach(() => vi.unstubAllEnvs());

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'warmdock-lock-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A PATH with these programs alone. */
function pathOf(...names: string[]): string {
  const programs = folder();
  for (const name of names) {
    const found = execFileSync('which', [name], { encoding: 'utf8' }).trim();
    symlinkSync(found, join(programs, name));
  }
  return programs;
}

/** Another process, which holds the lock until it is killed. */
async function otherHolder(path: string): Promise<() => void> {
  const command = [path, 'sh', '-c', 'echo held; exec sleep 60'];
  const other = spawn('flock', ['-x', ...command], { detached: true });
  const kill = () => process.kill(-(other.pid ?? 0), 'SIGKILL');
  onTestFinished(() => void (other.exitCode === null && !other.killed && other.kill('SIGKILL')));
  await once(other.stdout, 'data');
  return kill;
}

/** Whether another process could have the lock now. */
function isFree(path: string, PATH = process.env.PATH): boolean {
  const { status } = spawnSync('flock', ['-n', path, 'true'], { env: { PATH } });
  return status === 0;
}

const operation = 'a test';

describe.each(['flock', 'perl'])('a lock taken by %s', (name) => {
  it('keeps other processes out, waits for them, and is gone with its file', async () => {
    const path = join(folder(), 'lock');
    const { PATH } = process.env;
    const kill = await otherHolder(path);
    vi.stubEnv('PATH', pathOf(name));
    const held = lockFile(path, { operation, waitMs: 100 });
    await expect(held).rejects.toMatchObject({ code: 'CONFLICT' });
    const next = lockFile(path, { operation });
    kill();
    const lock = await next;
    expect([lock.isAmongProcesses, isFree(path, PATH)]).toEqual([true, false]);
    await lock[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });
});

describe('a lock', () => {
  it('keeps others waiting in this process, in the order in which they came', async () => {
    const path = join(folder(), 'lock');
    const first = await lockFile(path, { operation });
    const order: number[] = [];
    const others = [1, 2, 3].map(async (number) => {
      await using _ = await lockFile(path, { operation });
      order.push(number);
    });
    const impatient = lockFile(path, { operation, waitMs: 20 });
    await expect(impatient).rejects.toMatchObject({ code: 'CONFLICT' });
    const signal = AbortSignal.abort();
    const late = lockFile(path, { operation, signal });
    await expect(late).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(order).toEqual([]);
    await first[Symbol.asyncDispose]();
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
    expect(existsSync(path)).toBe(false);
  });

  it('is one of this process alone where no program can lock', async () => {
    vi.stubEnv('PATH', folder());
    const path = join(folder(), 'lock');
    await using lock = await lockFile(path, { operation });
    expect(lock.isAmongProcesses).toBe(false);
    const other = lockFile(path, { operation, waitMs: 20 });
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('cannot be had where its folder is missing', async () => {
    await expect(lockFile(join(folder(), 'no/lock'), { operation })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

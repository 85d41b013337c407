import { execFileSync, spawn } from 'node:child_process';
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
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  return () => process.kill(-(other.pid ?? 0), 'SIGKILL');
}

const operation = 'a test';

describe.each([
  ['flock', ['flock']],
  ['perl', ['perl']],
])('a lock taken by %s', (_name, names) => {
  it('keeps others waiting, in this process and in others, and is gone with its file', async () => {
    const path = join(folder(), 'lock');
    vi.stubEnv('PATH', pathOf(...names));
    const lock = await lockFile(path, { operation });
    expect(lock).toBeDefined();
    await expect(lockFile(path, { operation, waitMs: 100 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const next = lockFile(path, { operation });
    await lock?.[Symbol.asyncDispose]();
    await (await next)?.[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });
});

describe('a lock', () => {
  it('waits for another process, which may be killed', async () => {
    const path = join(folder(), 'lock');
    const kill = await otherHolder(path);
    const held = lockFile(path, { operation, waitMs: 50 });
    await expect(held).rejects.toMatchObject({ code: 'CONFLICT' });
    const signal = AbortSignal.abort();
    await expect(lockFile(path, { operation, signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    kill();
    await using lock = await lockFile(path, { operation });
    expect(lock).toBeDefined();
  });

  it('is none where no program can lock', async () => {
    vi.stubEnv('PATH', folder());
    expect(await lockFile(join(folder(), 'lock'), { operation })).toBeUndefined();
  });

  it('cannot be had where its folder is missing', async () => {
    await expect(lockFile(join(folder(), 'no/lock'), { operation })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

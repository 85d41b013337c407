import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockFile } from '../../src/store/fs/file-lock.js';
import { bundled } from '../support/bundled.js';

const operation = 'test';
const isHeld = { code: 'CONFLICT' };

/** A process that holds a lock until it is killed. */
async function startOwner() {
  const directory = await mkdtemp(join(tmpdir(), 'warmdock-lock-'));
  const path = join(directory, 'lock');
  const owner = spawn(process.execPath, [await bundled('lock-forever'), path]);
  const [child] = await once(owner.stdout, 'data');
  onTestFinished(async () => {
    owner.kill('SIGKILL');
    spawnSync('kill', ['-KILL', String(child).trim()]);
    await rm(directory, { recursive: true });
  });
  return { owner, path };
}

/** Kills everything that a process has started, and what that has started. */
function killDescendants(pid: number): void {
  const script =
    'kill_below() { for p in $(pgrep -P "$1"); do kill_below "$p"; kill -9 "$p"; done; }';
  execFileSync('sh', ['-c', `${script}; kill_below ${pid}`]);
}

describe('a lock', () => {
  it('ends with the process that holds it, also when that is killed and what it started lives', async () => {
    const { owner, path } = await startOwner();
    await expect(lockFile(path, { operation })).rejects.toMatchObject(isHeld);
    owner.kill('SIGKILL');
    await using _ = await lockFile(path, { operation, waitMs: 10_000 });
  });

  it('is not lost with any process that its holder started', async () => {
    const { owner, path } = await startOwner();
    killDescendants(owner.pid ?? 0);
    await expect(lockFile(path, { operation, waitMs: 100 })).rejects.toMatchObject(isHeld);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockFile } from '../src/store/file-lock.js';
import { bundled } from './support/bundled.js';

const operation = 'test';

it('a lock ends with the process that holds it, also when that is killed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'warmdock-lock-'));
  const path = join(directory, 'lock');
  const owner = spawn(process.execPath, [await bundled('lock-forever'), path]);
  onTestFinished(async () => {
    owner.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });
  await once(owner.stdout, 'data');
  await expect(lockFile(path, { operation })).rejects.toMatchObject({ code: 'CONFLICT' });
  owner.kill('SIGKILL');
  await using _ = await lockFile(path, { operation, waitMs: 10_000 });
});

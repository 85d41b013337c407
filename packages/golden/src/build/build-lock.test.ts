import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockBuild } from './build-lock.js';
import { buildPaths } from './build-paths.js';
import { until } from './builds.testing.js';

const options = { operation: 'test', waitMs: 10_000 };

test('who waits for the lock of a project that is removed gets that of the next one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'warmdock-lock-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const paths = buildPaths(root, 'app');
  const first = await lockBuild(paths, options);
  const { ino } = await stat(paths.lock);
  const waiting = lockBuild(paths, options);
  await until(async () => (await readFile('/proc/locks', 'utf8')).match(`-> .*:${ino} `) !== null);
  await rename(paths.folder, join(root, 'removed'));
  await first[Symbol.asyncDispose]();
  await using _lock = await waiting;
  await expect(lockBuild(paths, { ...options, waitMs: 0 })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GoldenStore, openStore, type StrategyName } from '@warmdock/golden';
import { makeFileSystem, testbedDir } from '@warmdock/testkit';

const run = promisify(execFile);

/** A folder to measure in. */
export interface BenchPlace extends AsyncDisposable {
  /** Kind of its file system. */
  readonly fileSystem: string;
  readonly dir: string;
}

/** Room for the data root, copies of it and sessions. */
const SIZE_MB = 8000;

/** This machine's own disk. */
export async function hostPlace(): Promise<BenchPlace> {
  await mkdir(testbedDir(), { recursive: true });
  const dir = await mkdtemp(join(testbedDir(), 'golden-bench-'));
  const { stdout } = await run('stat', ['--file-system', '--format=%T', dir]);
  const fileSystem = stdout.trim() === 'ext2/ext3' ? 'ext4' : stdout.trim();
  return {
    fileSystem,
    dir,
    [Symbol.asyncDispose]: async () => void (await run('rm', ['-rf', '--one-file-system', dir])),
  };
}

/** A file system in an image file. */
export async function loopPlace(type: 'btrfs' | 'xfs'): Promise<BenchPlace> {
  const made = await makeFileSystem({ type, sizeMb: SIZE_MB });
  return {
    fileSystem: `${type} in a file`,
    dir: made.dir,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

export async function copyByCp(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}

/** A store whose generation 1 is the data root of the tree. */
export async function openOrMakeGolden(
  root: string,
  tree: string,
  strategy: StrategyName,
): Promise<GoldenStore> {
  const isThere = existsSync(root);
  const store = await openStore(root, { strategy });
  if (isThere) return store;
  const { dataRoot } = await store.clone({ project: 'bench', session: 'first', allowEmpty: true });
  await run('cp', ['-a', '--no-target-directory', join(tree, 'docker'), dataRoot]);
  await store.promote({ session: 'first', proof: { buildId: 'bench', exitCode: 0 } });
  return store;
}

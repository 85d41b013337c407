import { execFile, execFileSync } from 'node:child_process';
import { closeSync, constants, copyFileSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FileSystem, type FileSystemOptions, makeFileSystem } from './file-system.js';
import { unmountBelow } from './unmount-below.js';

const run = promisify(execFile);

type Type = 'btrfs' | 'ext4' | 'xfs';

export interface CuttableOptions extends Omit<FileSystemOptions, 'type'> {
  type: Type;
}

/** A file system of which can be seen what a power cut at some moment would leave. */
export interface CuttableFileSystem extends FileSystem {
  /**
   * What the disk holds at this moment, at which nothing else of this process happens; the caches of
   * the kernel are no part of it. Cheap: blocks are shared.
   */
  cut(): PowerCut;
  /** Makes names and inodes durable, and no content of files but what was synced. */
  commitMetadata(): void;
}

export interface PowerCut {
  /** Mounts it, at `dir`, as the machine would when it starts: the journal is replayed. */
  mount(dir: string): Promise<AsyncDisposable>;
}

/** XFS keeps the image, since it shares blocks; it has room for what its cuts add. */
const groundMb = 2_000;

/** A file system in an image file on another one. */
export async function makeCuttableFileSystem(
  options: CuttableOptions,
): Promise<CuttableFileSystem> {
  const ground = await makeFileSystem({ type: 'xfs', sizeMb: groundMb });
  const [image, dir] = [join(ground.dir, 'image'), join(ground.dir, 'fs')];
  const { type, sizeMb, inodes } = options;
  try {
    await mkdir(dir);
    await using file = await open(image, 'w');
    await file.truncate(sizeMb * 2 ** 20);
    await run(`mkfs.${type}`, ['-q', ...(inodes ? ['-N', String(inodes)] : []), image]);
    await mountImage(type, image, dir);
    if (type === 'btrfs') await run('btrfs', ['subvolume', 'create', join(dir, 'unrelated')]);
  } catch (error) {
    await ground[Symbol.asyncDispose]();
    throw error;
  }
  let count = 0;
  return {
    dir,
    cut() {
      const copy = `${image}-${count++}`;
      copyFileSync(image, copy, constants.COPYFILE_FICLONE_FORCE);
      return {
        async mount(at) {
          await mkdir(at, { recursive: true });
          await mountImage(type, copy, at);
          return { [Symbol.asyncDispose]: async () => unmountBelow(at) };
        },
      };
    },
    commitMetadata: () => commit(type, dir, count++),
    [Symbol.asyncDispose]: async () => {
      unmountBelow(dir);
      await ground[Symbol.asyncDispose]();
    },
  };
}

/** The image may be the copy of one that is mounted. */
async function mountImage(type: Type, image: string, dir: string): Promise<void> {
  const options = type === 'xfs' ? 'loop,nouuid' : 'loop';
  await run('mount', ['-t', type, '-o', options, image, dir]);
}

/**
 * To sync one file commits the journal of ext4 and XFS, with all names that came before it. What was
 * written to other files waits for half a minute, and their lengths with it. btrfs commits when a
 * snapshot is made, and writes the content of that subvolume alone.
 */
function commit(type: Type, dir: string, number: number): void {
  if (type === 'btrfs') {
    const unrelated = join(dir, 'unrelated');
    const args = ['subvolume', 'snapshot', unrelated, `${unrelated}-${number}`];
    execFileSync('btrfs', args, { stdio: 'pipe' });
    return;
  }
  const file = openSync(join(dir, 'unrelated'), 'a');
  try {
    writeSync(file, `${number}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

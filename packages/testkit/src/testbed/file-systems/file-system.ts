import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testbedDir } from '../paths.js';
import { removeFolder } from './unmount-below.js';
import { makeZfsPool } from './zfs-pool.js';

const run = promisify(execFile);

export interface FileSystemOptions {
  type: 'btrfs' | 'ext4' | 'xfs' | 'zfs';
  /** XFS takes 300 at least, btrfs 110, ZFS 64; on disk it takes what is written. */
  sizeMb: number;
  /** Of ext4 alone: how many files and folders it has room for. */
  inodes?: number;
}

export interface FileSystem extends AsyncDisposable {
  /** Where it is mounted: an empty folder, but for the `lost+found` of ext4. */
  readonly dir: string;
}

/**
 * Makes a file system in an image file below the testbed and mounts it. It goes with its disposal, at
 * the latest with the testbed.
 */
export async function makeFileSystem(options: FileSystemOptions): Promise<FileSystem> {
  const { type, sizeMb } = options;
  await mkdir(testbedDir(), { recursive: true });
  const folder = await mkdtemp(join(testbedDir(), `${type}-`));
  const [image, dir] = [join(folder, 'image'), join(folder, 'fs')];
  let destroyPool = async () => {};
  try {
    await mkdir(dir);
    await using file = await open(image, 'w');
    await file.truncate(sizeMb * 2 ** 20);
    if (type === 'zfs') destroyPool = await makeZfsPool(image, dir);
    else await mountImage(image, dir, options);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
  const dispose = async () => {
    await destroyPool();
    await removeFolder(folder);
  };
  return { dir, [Symbol.asyncDispose]: dispose };
}

async function mountImage(image: string, dir: string, { type, inodes }: FileSystemOptions) {
  await run(`mkfs.${type}`, ['-q', ...(inodes ? ['-N', String(inodes)] : []), image]);
  await run('mount', ['-t', type, '-o', 'loop', image, dir]);
}

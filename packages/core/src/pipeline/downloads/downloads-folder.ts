import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { algorithmOf, type Digest, hexOf, isDigest } from '../../oci/digest.js';
import { stateDirectory } from '../state/state-directory.js';
import { userDirectory } from '../state/user-directory.js';

/** Where downloads are kept, and the locks of those who write them. */
export interface DownloadsFolder {
  readonly path: string;
  readonly locks: string;
}

/** What nobody has gone on with for so long is removed. */
const keptMs = 24 * 60 * 60 * 1000;
/** What is left to others of a disk. */
const reservedBytes = 256 * 1024 * 1024;

export function fileNameOf(digest: Digest): string {
  return `${algorithmOf(digest)}-${hexOf(digest)}`;
}

/** Blobs of which another process has left a file. */
export async function interruptedDownloads(env: NodeJS.ProcessEnv): Promise<ReadonlySet<Digest>> {
  const path = pathIn(env);
  // Where the folder cannot be read nothing is to be had from it.
  const names = path === undefined ? [] : await readdir(path).catch(() => []);
  return new Set(names.map((name) => name.replace('-', ':')).filter(isDigest));
}

/**
 * The user's folder of downloads, with room for these blobs; old ones in it are removed.
 *
 * Throws `UNAVAILABLE` when there is no room, `PERMISSION_DENIED` when nothing can be written there.
 */
export async function openDownloadsFolder(
  blobs: readonly Descriptor[],
  env: NodeJS.ProcessEnv,
): Promise<DownloadsFolder> {
  const [path, state] = [pathIn(env), stateDirectory(env)];
  if (path === undefined || state === undefined)
    throw new WarmdockError('PERMISSION_DENIED', 'downloads cannot be kept: the user has no home');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await removeOld(path);
  } catch (cause) {
    const message = `downloads cannot be kept in ${path}: ${messageOf(cause)}`;
    throw new WarmdockError('PERMISSION_DENIED', message, { cause });
  }
  await checkRoom(path, blobs);
  return { path, locks: join(state, 'downloads') };
}

function pathIn(env: NodeJS.ProcessEnv): string | undefined {
  const cache = userDirectory('cache', env);
  return cache && join(cache, 'warmdock', 'downloads');
}

async function checkRoom(path: string, blobs: readonly Descriptor[]): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const neededBytes = blobs.reduce((sum, { size }) => sum + size, reservedBytes);
  if (bavail * bsize >= neededBytes) return;
  throw new WarmdockError(
    'UNAVAILABLE',
    `downloads cannot be kept in ${path}: ${Math.ceil(neededBytes / 1e6)} MB are needed there, ${Math.floor((bavail * bsize) / 1e6)} MB are free`,
  );
}

async function removeOld(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    const file = join(path, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > keptMs) await rm(file, { force: true });
  }
}

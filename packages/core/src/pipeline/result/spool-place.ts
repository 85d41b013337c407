import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WarmdockError } from '../../errors.js';
import { userDirectory } from '../state/user-directory.js';

/**
 * A folder, made if need be, with room for that many bytes: the one for temporary files, `/var/tmp`,
 * or the user's folder for caches. What is in memory comes last for more than a trifle: the daemon
 * that the bytes are for needs the memory.
 *
 * Without a size it is the roomiest. Throws `UNAVAILABLE`, with what each has, when none has room.
 */
export async function spoolPlace(
  sizeBytes: number | undefined,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return placeAmong(candidates(env), sizeBytes);
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const cache = userDirectory('cache', env);
  return [env.TMPDIR || tmpdir(), '/var/tmp', ...(cache ? [join(cache, 'warmdock')] : [])];
}

/** As `spoolPlace`, of these folders in this order. */
export async function placeAmong(
  paths: readonly string[],
  sizeBytes: number | undefined,
): Promise<string> {
  const places = await Promise.all(paths.map(lookAt));
  const found =
    sizeBytes === undefined
      ? roomiest(places)
      : firstWithRoom(places, sizeBytes + overhead(sizeBytes));
  if (!found) throw noRoom(places, sizeBytes ?? 0);
  await mkdir(found.path, { recursive: true, mode: 0o700 });
  return found.path;
}

interface Place {
  readonly path: string;
  readonly freeBytes: number;
  readonly isMemory: boolean;
  /** Why it cannot be used. */
  readonly fault?: string | undefined;
}

/** `f_type` of tmpfs and ramfs (linux/magic.h). */
const memoryTypes = new Set([0x01021994, 0x858458f6]);

async function lookAt(path: string): Promise<Place> {
  try {
    const there = await existingPart(path);
    await access(there, constants.W_OK | constants.X_OK);
    const { bavail, bsize, type } = await statfs(there);
    return { path, freeBytes: bavail * bsize, isMemory: memoryTypes.has(type) };
  } catch (error) {
    const fault = (error as NodeJS.ErrnoException).code ?? String(error);
    return { path, freeBytes: 0, isMemory: false, fault };
  }
}

/** The folder, or the nearest one above that is there. */
async function existingPart(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return existingPart(dirname(path));
  }
}

/** What does not matter to a machine's memory. */
const negligibleBytes = 64 * 1024 * 1024;

function firstWithRoom(places: readonly Place[], neededBytes: number): Place | undefined {
  const withRoom = places.filter(({ fault, freeBytes }) => !fault && freeBytes >= neededBytes);
  const onDisk = withRoom.find(({ isMemory }) => !isMemory);
  return (neededBytes > negligibleBytes ? onDisk : undefined) ?? withRoom[0];
}

function roomiest(places: readonly Place[]): Place | undefined {
  const usable = places.filter(({ fault }) => !fault);
  return usable.toSorted((a, b) => b.freeBytes - a.freeBytes)[0];
}

/** What file systems take for themselves. */
function overhead(sizeBytes: number): number {
  return sizeBytes / 64 + 64 * 1024;
}

function noRoom(places: readonly Place[], sizeBytes: number): WarmdockError {
  const each = places.map(
    ({ path, freeBytes, fault }) =>
      `${path} ${fault ? `cannot be used (${fault})` : `has ${inMb(freeBytes)}`}`,
  );
  return new WarmdockError(
    'UNAVAILABLE',
    `no folder has room for ${inMb(sizeBytes)} that the builder has to send: ${each.join(', ')}`,
    { hint: 'make room, or let TMPDIR name a folder that has some' },
  );
}

function inMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

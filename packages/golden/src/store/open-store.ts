import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { chooseStrategy, strategies } from '../strategy/choose.js';
import { diskError, withDiskErrors } from './fs/disk-error.js';
import { exists } from './fs/exists.js';
import { lockFile } from './fs/file-lock.js';
import type { GoldenStore, OpenStoreContext, OpenStoreOptions } from './golden-store.js';
import { clone } from './operations/clone.js';
import { diskUsage } from './operations/disk-usage.js';
import { gc } from './operations/gc.js';
import { inspect, list } from './operations/list.js';
import { promote } from './operations/promote.js';
import { recover, repairStore } from './operations/recover.js';
import { release } from './operations/release.js';
import { remove } from './operations/remove.js';
import type { StoreContext } from './operations/store-context.js';
import { verify } from './operations/verify.js';
import { type Marker, markerSchema } from './records/marker.js';
import { type StorePaths, storePaths } from './records/paths.js';
import { readJson } from './records/read-json.js';
import { writeJson } from './records/write-json.js';

/** Making a store takes as long as the probes of all strategies. */
const CREATE_WAIT_MS = 30_000;

/**
 * Opens the store in a folder, or makes one where there is none or an empty folder. Finishes or
 * undoes what killed processes left in it.
 *
 * Throws `CONFLICT` for a folder with other content and for the store of another version,
 * `UNSUPPORTED` when the strategy is not the store's or does not work here, `PERMISSION_DENIED` when
 * others may write to the folder, `INVALID_ARGUMENT` for a path that mount options cannot hold.
 */
export async function openStore(
  root: string,
  options: OpenStoreOptions = {},
  { onStep = () => {}, signal }: OpenStoreContext = {},
): Promise<GoldenStore> {
  const paths = storePaths(await checkedRoot(resolve(root), options));
  const marker = (await readMarker(paths)) ?? (await createStore(paths, options, signal));
  const strategy = strategies(paths.pool).find(({ name }) => name === marker.strategy);
  if (!strategy || (options.strategy && options.strategy !== strategy.name)) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `the store in ${paths.root} uses the strategy ${marker.strategy}, not ${options.strategy}`,
      {
        hint: 'Make a store in another folder: the strategy is chosen once, when a store is made.',
      },
    );
  }
  await assertFolders(paths);
  const context: StoreContext = { paths, strategy, reason: marker.reason, onStep };
  const opening = `opening the store in ${paths.root}`;
  const repaired = await withDiskErrors(opening, repairStore(context, {}, { signal }), { signal });
  return {
    root: paths.root,
    strategy: strategy.name,
    reason: marker.reason,
    repaired,
    clone: (request, call) =>
      withDiskErrors(
        `cloning ${request.project} for session ${request.session}`,
        clone(context, request, call),
        call,
      ),
    promote: (request, call) =>
      withDiskErrors(`promoting session ${request.session}`, promote(context, request, call), call),
    release: (request, call) =>
      withDiskErrors(`releasing session ${request.session}`, release(context, request, call), call),
    remove: (request, call) =>
      withDiskErrors(`removing project ${request.project}`, remove(context, request, call), call),
    list: () => withDiskErrors(`listing ${paths.root}`, list(context)),
    inspect: (request, call) =>
      withDiskErrors(`inspecting ${request.project}`, inspect(context, request), call),
    verify: (request, call) =>
      withDiskErrors(`verifying ${request.project}`, verify(context, request, call), call),
    gc: (request, call) =>
      withDiskErrors(`collecting garbage in ${paths.root}`, gc(context, request, call), call),
    recover: (call) => withDiskErrors(`recovering ${paths.root}`, recover(context, call), call),
    usage: (call) => withDiskErrors(`measuring ${paths.root}`, diskUsage(context, call), call),
  };
}

async function checkedRoot(root: string, { mustExist = false }: OpenStoreOptions) {
  if (/[:,\\\s]/.test(root)) {
    throw new WarmdockError('INVALID_ARGUMENT', `a store cannot be in ${JSON.stringify(root)}`, {
      hint: 'Overlay mounts take no path with a colon, comma, backslash or space.',
    });
  }
  const operation = `opening the store in ${root}`;
  try {
    if (!mustExist) await mkdir(root, { recursive: true, mode: 0o700 });
    else if (!(await exists(root))) throw noStore(root);
    const stat = await lstat(root);
    if (!stat.isDirectory()) {
      throw new WarmdockError('CONFLICT', `${operation}: it is not a folder`);
    }
    if (stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
      throw new WarmdockError('PERMISSION_DENIED', `${operation}: others may write to it`, {
        hint: `It must belong to the user that runs warmdock, with mode 0755 or less: chmod go-w ${root}`,
      });
    }
    return await realpath(root);
  } catch (error) {
    throw diskError(operation, error);
  }
}

/** The store never follows a link to what it keeps or deletes. */
async function assertFolders({ pool, projects, sessions, trash }: StorePaths): Promise<void> {
  for (const folder of [pool, projects, sessions, trash]) {
    const stat = await lstat(folder).catch(() => undefined);
    if (stat?.isDirectory()) continue;
    throw new WarmdockError('CONFLICT', `${folder} is not the folder that the store made`, {
      hint: 'Restore the folder: it holds what the store keeps.',
    });
  }
}

async function readMarker(paths: StorePaths): Promise<Marker | undefined> {
  return readJson(paths.marker, markerSchema);
}

async function createStore(
  paths: StorePaths,
  { mustExist = false, strategy }: OpenStoreOptions,
  signal: AbortSignal | undefined,
): Promise<Marker> {
  const operation = `making a store in ${paths.root}`;
  const isForeign = (name: string) => !own.test(name);
  const [foreign] = (await readdir(paths.root)).filter(isForeign);
  if (foreign !== undefined) {
    throw new WarmdockError('CONFLICT', `${operation}: there is ${foreign} in it`, {
      hint: 'Give a folder that is empty or not there yet.',
    });
  }
  if (mustExist) throw noStore(paths.root);
  try {
    await using _lock = await lockFile(
      paths.gcLock,
      { operation, waitMs: CREATE_WAIT_MS },
      { signal },
    );
    return (await readMarker(paths)) ?? (await create(paths, strategy, signal));
  } catch (error) {
    throw diskError(operation, error);
  }
}

function noStore(root: string): WarmdockError {
  return new WarmdockError('NOT_FOUND', `there is no store in ${root}`, {
    hint: '`warmdock golden build` makes one.',
  });
}

/** Names that an interrupted creation may have left. */
const own = /^(gc\.lock|layers|projects|sessions|trash|warmdock-golden\.json.*|\.probe-.*)$/;

async function create(
  paths: StorePaths,
  required: OpenStoreOptions['strategy'],
  signal: AbortSignal | undefined,
): Promise<Marker> {
  const candidates = strategies(paths.pool);
  const { strategy, reason } = await chooseStrategy(candidates, paths.root, required, { signal });
  // As with docker's own: what is below may be secret, and programs there may be setuid.
  await chmod(paths.root, 0o700);
  for (const folder of [paths.pool, paths.projects, paths.sessions, paths.trash]) {
    await mkdir(folder, { recursive: true, mode: 0o711 });
  }
  const marker: Marker = {
    format: 1,
    id: randomUUID(),
    strategy: strategy.name,
    reason,
    createdAt: new Date().toISOString(),
  };
  await writeJson(paths.marker, marker);
  return marker;
}

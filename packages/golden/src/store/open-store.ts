import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { chooseStrategy, strategies } from '../strategy/choose.js';
import { diskError, named } from './fs/disk-error.js';
import { exists } from './fs/exists.js';
import { lockFile } from './fs/file-lock.js';
import type { GoldenStore, OpenStoreOptions } from './golden-store.js';
import { clone } from './operations/clone.js';
import type { StoreContext } from './operations/context.js';
import { gc } from './operations/gc.js';
import { inspect, list } from './operations/list.js';
import { promote } from './operations/promote.js';
import { mend, recover } from './operations/recover.js';
import { release } from './operations/release.js';
import { remove } from './operations/remove.js';
import { usage } from './operations/usage.js';
import { verify } from './operations/verify.js';
import { type Marker, markerSchema } from './records/marker.js';
import { type StorePaths, storePaths } from './records/paths.js';
import { readJson } from './records/read-json.js';
import { writeJson } from './records/write-json.js';

/** Making a store takes as long as its probes. */
const CREATE_WAIT_MS = 30_000;

/**
 * Opens the store in a folder, or makes one where there is none or an empty folder, and finishes or
 * undoes what killed processes left in it.
 *
 * Throws `CONFLICT` for a folder with something else in it and for the store of another version,
 * `UNSUPPORTED` when the strategy that is required is not the store's or does not work here,
 * `PERMISSION_DENIED` when somebody else may write to the folder, `INVALID_ARGUMENT` for a path that
 * cannot stand in mount options.
 */
export async function openStore(
  root: string,
  options: OpenStoreOptions = {},
): Promise<GoldenStore> {
  const { onStep = () => {}, signal } = options;
  const paths = storePaths(await checkedRoot(resolve(root), options));
  const marker = (await readMarker(paths)) ?? (await createStore(paths, options));
  const strategy = strategies(paths.pool).find(({ name }) => name === marker.strategy);
  if (!strategy || (options.require && options.require !== strategy.name)) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `the store in ${paths.root} keeps its goldens by ${marker.strategy}, not ${options.require}`,
      { hint: 'Make a store in another folder: a strategy is chosen once, when a store is made.' },
    );
  }
  await assertFolders(paths);
  const context: StoreContext = { paths, strategy, reason: marker.reason, onStep };
  const mending = `opening the store in ${paths.root}`;
  const mended = await named(mending, mend(context, { signal }), { signal });
  return {
    root: paths.root,
    strategy: strategy.name,
    reason: marker.reason,
    mended,
    clone: (call) =>
      named(`cloning ${call.project} for session ${call.session}`, clone(context, call), call),
    promote: (call) => named(`promoting session ${call.session}`, promote(context, call), call),
    release: (call) => named(`releasing session ${call.session}`, release(context, call), call),
    remove: (call) => named(`removing project ${call.project}`, remove(context, call), call),
    list: () => named(`listing ${paths.root}`, list(context)),
    inspect: (call) => named(`inspecting ${call.project}`, inspect(context, call), call),
    verify: (call) => named(`verifying ${call.project}`, verify(context, call), call),
    gc: (call) => named(`collecting garbage in ${paths.root}`, gc(context, call), call),
    recover: (call) => named(`recovering ${paths.root}`, recover(context, call), call),
    usage: (call) => named(`measuring ${paths.root}`, usage(context, call), call),
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

/** Nothing that is kept or deleted is looked for behind a link. */
async function assertFolders({ pool, projects, sessions, trash }: StorePaths): Promise<void> {
  for (const folder of [pool, projects, sessions, trash]) {
    const stat = await lstat(folder).catch(() => undefined);
    if (stat?.isDirectory()) continue;
    throw new WarmdockError('CONFLICT', `${folder} is not the folder that the store made`, {
      hint: 'Put it back as it was: what the store keeps is in it.',
    });
  }
}

async function readMarker(paths: StorePaths): Promise<Marker | undefined> {
  return readJson(paths.marker, markerSchema);
}

async function createStore(paths: StorePaths, options: OpenStoreOptions): Promise<Marker> {
  const { mustExist = false, require, signal } = options;
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
    await using _lock = await lockFile(paths.gcLock, { operation, waitMs: CREATE_WAIT_MS, signal });
    return (await readMarker(paths)) ?? (await create(paths, require, signal));
  } catch (error) {
    throw diskError(operation, error);
  }
}

function noStore(root: string): WarmdockError {
  return new WarmdockError('NOT_FOUND', `there is no store in ${root}`, {
    hint: '`warmdock golden build` makes one.',
  });
}

/** What an interrupted creation may have left. */
const own = /^(gc\.lock|layers|projects|sessions|trash|warmdock-golden\.json.*|\.probe-.*)$/;

async function create(
  paths: StorePaths,
  required: OpenStoreOptions['require'],
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

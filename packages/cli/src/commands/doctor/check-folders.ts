import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { stateDirectory } from '@warmdock/core/internal';
import { cacheDirectory } from '../../process/cache-directory.js';
import { compiledCodePath } from '../../process/compiled-program.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { formatFreeSpace, freeSpaceIn } from './free-space.js';

/** The folders that warmdock writes to: whether it can, and the room in them. */
export function checkFolders(env: NodeJS.ProcessEnv): Finding[] {
  return [...stateFindings(env), ...cacheFindings(cacheDirectory(env)), room()];
}

function stateFindings(env: NodeJS.ProcessEnv): Finding[] {
  const state = stateDirectory(env);
  const why = state === undefined ? 'there is no home of this user' : obstacleTo(state);
  if (state !== undefined && why === undefined) return [ok('state', state)];
  const text = `${why}: contexts are sent anew each time`;
  return [warning('state', text, 'make room and let it be written to, or set XDG_STATE_HOME')];
}

function cacheFindings(cache: string | undefined): Finding[] {
  const why = cache === undefined ? 'a user without a home' : obstacleTo(cache);
  if (cache === undefined || why !== undefined) {
    const text = `${why}: no code can be kept, each start takes longer`;
    return [warning('cache', text, 'make room and let it be written to, or set XDG_CACHE_HOME')];
  }
  const isKept = existsSync(compiledCodePath(cache, 'build-program.cjs'));
  return [
    ok('cache', cache),
    ok('compiled code', isKept ? 'kept' : 'not there yet: the next build keeps it'),
  ];
}

/** More than all that is kept there. */
const keptBytes = 10_000_000;

/** Why nothing can be kept in a folder. */
function obstacleTo(folder: string): string | undefined {
  if (!isWritable(folder)) return `${folder} cannot be written to`;
  const room = freeSpaceIn(folder);
  return room.isOutOfFiles || room.freeBytes < keptBytes
    ? `its disk is full, ${formatFreeSpace(room, folder)}`
    : undefined;
}

/** A folder that is not there can be made where the one above it can be written to. */
function isWritable(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) !== folder && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

const littleBytes = 1_000_000_000;
const noBytes = 50_000_000;

/** Layers that cannot be passed on at once are kept in the temporary folder meanwhile. */
function room(): Finding {
  const folder = tmpdir();
  if (!isWritable(folder))
    return problem('disk', `${folder} cannot be written to`, 'let TMPDIR name another folder');
  const found = freeSpaceIn(folder);
  const text = formatFreeSpace(found, folder);
  const fix = 'make room, or let TMPDIR name another folder';
  if (found.isOutOfFiles || found.freeBytes < noBytes) return problem('disk', text, fix);
  return found.freeBytes < littleBytes ? warning('disk', text, fix) : ok('disk', text);
}

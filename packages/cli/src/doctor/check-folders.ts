import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { stateDirectory } from '@warmdock/core';
import { cacheDirectory } from '../cache-directory.js';
import { compiledCodePath } from '../compiled-program.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** The folders that warmdock writes to: whether it can, and the room in them. */
export function checkFolders(env: NodeJS.ProcessEnv): Finding[] {
  return [...stateFindings(env), ...cacheFindings(cacheDirectory(env)), room()];
}

function stateFindings(env: NodeJS.ProcessEnv): Finding[] {
  const state = stateDirectory(env);
  if (state !== undefined && isWritable(state)) return [ok('state', state)];
  const why =
    state === undefined ? 'there is no home of this user' : `${state} cannot be written to`;
  const text = `${why}: contexts are sent anew each time`;
  return [warning('state', text, 'make it writable, or set XDG_STATE_HOME')];
}

function cacheFindings(cache: string | undefined): Finding[] {
  if (cache === undefined || !isWritable(cache)) {
    const text = `${cache ?? 'a user without a home'}: no code can be kept, each start takes longer`;
    return [warning('cache', text, 'make it writable, or set XDG_CACHE_HOME')];
  }
  const isKept = existsSync(compiledCodePath(cache, 'build-program.cjs'));
  return [
    ok('cache', cache),
    ok('compiled code', isKept ? 'kept' : 'not there yet: the next build keeps it'),
  ];
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
  const { bavail, bsize } = statfsSync(folder);
  const text = `${((bavail * bsize) / 1e9).toFixed(1)} GB free in ${folder}`;
  const fix = 'make room, or let TMPDIR name another folder';
  if (bavail * bsize < noBytes) return problem('disk', text, fix);
  return bavail * bsize < littleBytes ? warning('disk', text, fix) : ok('disk', text);
}

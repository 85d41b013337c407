import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@warmdock/core';
import type { EngineInfo } from '@warmdock/core/engine';
import { type Finding, ok, problem, warning } from './finding.js';
import { type FreeSpace, formatFreeSpace, freeSpaceIn } from './free-space.js';

const about = 'daemon disk';
const fix = 'make room there: docker system df, docker system prune';
const littleBytes = 1_000_000_000;
const noBytes = 50_000_000;

/** The disk on which images end: known where the daemon's own paths are those of this machine. */
export function checkDaemonDisk({ endpoint }: Engine, info: EngineInfo): Finding {
  if (endpoint.kind !== 'unix') return ok(about, 'unknown: the daemon may be on another machine');
  const room = roomOf(info);
  if (room === undefined) return ok(about, 'unknown: it cannot be seen from here');
  const text = formatFreeSpace(room, info.dataRoot ?? '');
  if (room.isOutOfFiles || room.freeBytes < noBytes) return problem(about, text, fix);
  return room.freeBytes < littleBytes ? warning(about, text, fix) : ok(about, text);
}

function roomOf({ dataRoot, id }: EngineInfo): FreeSpace | undefined {
  if (!dataRoot || !isItsOwn(dataRoot, id)) return undefined;
  try {
    return freeSpaceIn(dataRoot);
  } catch {
    return undefined;
  }
}

/** One in a virtual machine or a container has paths of its own, which may name other folders here. */
function isItsOwn(dataRoot: string, id: string): boolean {
  if (!existsSync(dataRoot)) return false;
  try {
    return readFileSync(join(dataRoot, 'engine-id'), 'utf8').trim() === id;
  } catch {
    // Root's alone, or of a Docker before 24.
    return true;
  }
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { WarmdockError } from '@warmdock/core';
import { type MountEntry, parseMountInfo } from './mount-info.js';

/** What processes of one mount namespace, with one root folder, see mounted. */
export interface MountView {
  /** One of these processes. */
  readonly pid: number;
  readonly entries: readonly MountEntry[];
}

/** Mounts in all mount namespaces of visible processes. Throws `PERMISSION_DENIED` without root. */
export function mountViews(): MountView[] {
  const views = new Map<string, MountView>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      const place = placeOf(pid);
      if (place !== undefined && views.has(place)) continue;
      const text = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
      const key = place ?? text;
      if (!views.has(key)) views.set(key, { pid, entries: parseMountInfo(text) });
    } catch (error) {
      if (!isGone(error)) throw notAllowed(pid, error);
    }
  }
  return [...views.values()];
}

/**
 * Mount namespace and root of a process; `undefined` where reading those needs more rights than
 * reading mounts.
 */
function placeOf(pid: number): string | undefined {
  try {
    return ['ns/mnt', 'root'].map((name) => readlinkSync(`/proc/${pid}/${name}`)).join();
  } catch {
    return undefined;
  }
}

/** An error that means: the process has ended, or is a zombie. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function notAllowed(pid: number, cause: unknown): WarmdockError {
  return new WarmdockError('PERMISSION_DENIED', `looking for mounts of process ${pid}`, {
    hint: 'Data roots need root: a daemon in another mount namespace would be overlooked.',
    cause,
  });
}

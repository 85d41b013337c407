import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateDirectory } from './state-directory.js';

/** A build whose process ended before its builder answered. */
export interface PendingBuild {
  /** The solve's, for `BuildKit.isActive`. */
  readonly ref: string;
  /** Milliseconds since 1970. */
  readonly leftAt: number;
}

/** By what `unfinished-builds` calls a build's key. */
export type PendingBuilds = Readonly<Record<string, PendingBuild>>;

/** After this a builder has long recorded a build; it takes some 10 ms. */
export const pendingBuildLifetimeMs = 10_000;

/** The builds that processes of this user left a moment ago; none when that cannot be read. */
export function readPendingBuilds(env: NodeJS.ProcessEnv): PendingBuilds {
  const path = pathOf(env);
  if (path === undefined) return {};
  try {
    const noted: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof noted !== 'object' || noted === null) return {};
    return Object.fromEntries(Object.entries(noted).filter(([, build]) => isRecent(build)));
  } catch {
    return {};
  }
}

/**
 * Notes builds for the next process of this user, beside those that others have noted.
 *
 * Two processes that do so at the same time may lose a note, and a full disk loses all: then a
 * context may travel once more than it has to, nothing else.
 */
export function recordPendingBuilds(builds: PendingBuilds, env: NodeJS.ProcessEnv): void {
  const path = pathOf(env);
  if (path === undefined) return;
  const partial = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const all = { ...readPendingBuilds(env), ...builds };
    writeFileSync(partial, JSON.stringify(all), { mode: 0o600 });
    renameSync(partial, path);
  } catch {}
}

function pathOf(env: NodeJS.ProcessEnv): string | undefined {
  const directory = stateDirectory(env);
  return directory && join(directory, 'pending-builds.json');
}

function isRecent(build: Partial<PendingBuild> | null): boolean {
  if (typeof build?.ref !== 'string' || typeof build.leftAt !== 'number') return false;
  return Math.abs(Date.now() - build.leftAt) < pendingBuildLifetimeMs;
}

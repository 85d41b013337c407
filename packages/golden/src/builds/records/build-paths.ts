import { join } from 'node:path';
import { parseName } from '../../store/records/names.js';
import { projectPaths, storePaths } from '../../store/records/paths.js';

/** Paths of a project's records of golden builds. */
export interface BuildPaths {
  readonly folder: string;
  /** The lock that a running build holds. */
  readonly lock: string;
  readonly state: string;
  /** The queued build, which has not begun. */
  readonly queued: string;
  /** Names the build to cancel. */
  readonly cancellation: string;
  readonly logs: string;
}

/** Throws `INVALID_ARGUMENT` for an invalid project name. */
export function buildPaths(storeRoot: string, project: string): BuildPaths {
  const paths = storePaths(storeRoot);
  const { folder, buildLock } = projectPaths(paths, parseName('project', project));
  return {
    folder,
    lock: buildLock,
    state: join(folder, 'build.json'),
    queued: join(folder, 'queued-build.json'),
    cancellation: join(folder, 'build-cancellation.json'),
    logs: join(folder, 'logs'),
  };
}

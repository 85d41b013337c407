import { join } from 'node:path';
import { checkedName } from '../../store/records/names.js';
import { projectPaths, storePaths } from '../../store/records/paths.js';

/** Where a project keeps what is known of its golden builds. */
export interface BuildPaths {
  readonly folder: string;
  /** Held as long as a build runs. */
  readonly lock: string;
  readonly state: string;
  /** A build that was asked for and has not begun. */
  readonly queued: string;
  /** Names a build that is to end. */
  readonly cancellation: string;
  readonly logs: string;
}

/** Throws `INVALID_ARGUMENT` for what is no project's name. */
export function buildPaths(storeRoot: string, project: string): BuildPaths {
  const paths = storePaths(storeRoot);
  const { folder, buildLock } = projectPaths(paths, checkedName('project', project));
  return {
    folder,
    lock: buildLock,
    state: join(folder, 'build.json'),
    queued: join(folder, 'build-request.json'),
    cancellation: join(folder, 'build-cancellation.json'),
    logs: join(folder, 'logs'),
  };
}

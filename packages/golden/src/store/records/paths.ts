import { join } from 'node:path';

/** Absolute paths of a store. */
export interface StorePaths {
  readonly root: string;
  /** Says that the folder is a store, of which format, with which strategy. */
  readonly marker: string;
  readonly pool: string;
  readonly projects: string;
  readonly sessions: string;
  readonly trash: string;
  readonly gcLock: string;
}

export interface ProjectPaths {
  readonly folder: string;
  readonly generations: string;
  /** Generations of a project that is being removed, hidden from clones. */
  readonly pendingDeletion: string;
  /** A symbolic link to the current generation. */
  readonly current: string;
  readonly lock: string;
  /** The journal of a promotion that has begun. */
  readonly journal: string;
  /** The lock that a running golden build holds. */
  readonly buildLock: string;
}

export function storePaths(root: string): StorePaths {
  return {
    root,
    marker: join(root, 'warmdock-golden.json'),
    pool: join(root, 'layers'),
    projects: join(root, 'projects'),
    sessions: join(root, 'sessions'),
    trash: join(root, 'trash'),
    gcLock: join(root, 'gc.lock'),
  };
}

/** `project` is a checked name. */
export function projectPaths({ projects }: StorePaths, project: string): ProjectPaths {
  const folder = join(projects, project);
  return {
    folder,
    generations: join(folder, 'generations'),
    pendingDeletion: pendingDeletionIn(folder),
    current: join(folder, 'current'),
    lock: join(folder, 'lock'),
    journal: join(folder, 'journal.json'),
    buildLock: join(folder, 'build.lock'),
  };
}

/** No longer than the old name, so that renaming works on a full disk. */
export const pendingDeletionIn = (projectFolder: string): string =>
  join(projectFolder, '.removing');

/** The tree in a generation's or session's folder, beside its record. */
export const treeOf = (folder: string): string => join(folder, 'tree');

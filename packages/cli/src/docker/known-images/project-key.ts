import { createHash } from 'node:crypto';
import type { ProjectPlace } from './project-files.js';

/** Another one in every shell, and nothing that a project is made of. */
const ofShells = new Set(['_', 'OLDPWD', 'SHLVL', 'WARMDOCK', 'WARMDOCK_DEPTH']);

/** Stands for a project as these words mean it: its place, and all variables, since it may read each. A digest: some are secrets. */
export function projectKey(
  { projectFlags, cwd, env }: ProjectPlace,
  words: readonly string[],
): string {
  const variables = Object.entries(env).filter(([name]) => !ofShells.has(name));
  const parts = [cwd, projectFlags, words, variables.sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

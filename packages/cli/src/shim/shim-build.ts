import { explainBuilder, isWarmdockError, planBuild } from '@warmdock/core';
import { type BuildContext, runBuildCommand } from '../build-command.js';
import { buildOptionsOf } from '../build-options.js';
import type { Route } from './route.js';

export type RoutedBuild = Extract<Route, { action: 'build' }>;

/**
 * Why a build is better left to docker after all, judged by the user's files; `undefined` when it is
 * for warmdock. Prints nothing and reads no standard input.
 */
export function leftToDocker({ args, builder, env }: RoutedBuild): string | undefined {
  try {
    const chosen = explainBuilder({ name: builder, env }).builder;
    if (chosen.kind === 'engine')
      return `builder "${chosen.name}" is a docker daemon's own BuildKit`;
    planBuild(buildOptionsOf(args, env));
    return undefined;
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    return error.hint ? `${error.message} (${error.hint})` : error.message;
  }
}

/** Builds in docker's place: what it prints, writes and ends with is what buildx would. */
export function runRoutedBuild(
  { args, builder, env }: RoutedBuild,
  context: Omit<BuildContext, 'env' | 'surface'>,
): Promise<void> {
  return runBuildCommand({ ...args, builder }, { ...context, env, surface: 'docker' });
}

import { isWarmdockError, planBuild } from '@warmdock/core';
import {
  type BuildCommand,
  type BuildContext,
  planBuildCommand,
  runBuildCommand,
} from '../build-command.js';
import { type BuildChoice, chooseBuild } from './choose-build.js';
import { dockerSurface, provenanceMode } from './docker-surface.js';
import { explain, passThrough } from './pass-through.js';
import type { RoutedBuild } from './route.js';

/**
 * Builds in docker's place: what it prints, writes and ends with is what buildx would.
 *
 * Leaves the build to docker when the user's files or a value of the command line ask for that.
 */
export async function runRoutedBuild(routed: RoutedBuild, context: BuildContext): Promise<number> {
  const planned = planRouted(routed);
  if ('left' in planned) return passThrough(planned.left, context);
  const { builder, rule, command } = planned;
  explain(`building on builder "${builder.name}" (by ${rule})`, context);
  const { env } = routed;
  await runBuildCommand(command, { ...context, env, surface: dockerSurface(builder, env) });
  return 0;
}

type PlannedBuild =
  | { readonly left: string }
  | (Exclude<BuildChoice, { left: string }> & { readonly command: BuildCommand });

function planRouted(routed: RoutedBuild): PlannedBuild {
  try {
    const choice = chooseBuild(routed);
    if ('left' in choice) return choice;
    const { args, env } = routed;
    const command = planBuildCommand(args, env);
    const withProvenance = args.metadataFile !== undefined && provenanceMode(env) !== 'disabled';
    const options = { ...command.options, builder: choice.builder, withProvenance };
    // A value that no build takes is docker's to refuse; the build itself is planned where it runs.
    planBuild(options);
    return { ...choice, command: { ...command, options } };
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    return { left: error.hint ? `${error.message} (${error.hint})` : error.message };
  }
}

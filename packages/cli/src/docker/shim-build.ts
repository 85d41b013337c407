import { connectEngine, planBuild } from '@warmdock/core';
import {
  type BuildCommand,
  planBuildCommand,
  runBuildCommand,
} from '../commands/build/build-command.js';
import { type BuildChoice, chooseRouted } from './choose-build.js';
import { chosenBy } from './chosen-by.js';
import { dockerSurface, provenanceMode } from './docker-surface.js';
import { defaultAttests, makesIndex } from './index-result.js';
import { leftBy } from './left-by.js';
import { explain, passThrough } from './pass-through.js';
import type { RoutedContext } from './routed-context.js';
import type { RoutedBuild } from './routing/route.js';

/**
 * Builds in docker's place: what it prints, writes and ends with is what buildx would.
 *
 * Leaves the build to docker when the user's files or a value of the command line ask for that.
 */
export async function runRoutedBuild(routed: RoutedBuild, context: RoutedContext): Promise<number> {
  const planned = planRouted(routed);
  if ('left' in planned) return passThrough(planned.left, context);
  const { builder, rule, command } = planned;
  const { env } = routed;
  const refusal = makesIndex(command.options) && (await refusalOfIndex(env, context.signal));
  if (refusal) return passThrough(refusal, context);
  explain(`building on builder "${builder.name}" (by ${chosenBy[rule]})`, context);
  context.takeOver();
  await runBuildCommand(command, { ...context, env, surface: dockerSurface(builder, env) });
  return 0;
}

type PlannedBuild =
  | { readonly left: string }
  | (Exclude<BuildChoice, { left: string }> & { readonly command: BuildCommand });

function planRouted(routed: RoutedBuild): PlannedBuild {
  try {
    const choice = chooseRouted(routed);
    if ('left' in choice) return choice;
    const { args, env } = routed;
    const command = planBuildCommand(args, env);
    const withProvenance = args.metadataFile !== undefined && provenanceMode(env) !== 'disabled';
    const attestations = attestsOf(command, env);
    const options = { ...command.options, attestations, builder: choice.builder, withProvenance };
    // A value that no build takes is docker's to refuse; the build itself is planned where it runs.
    planBuild(options);
    return { ...choice, command: { ...command, options } };
  } catch (error) {
    return leftBy(error);
  }
}

/** Those of the command line, and those that buildx adds. */
function attestsOf({ options }: BuildCommand, env: NodeJS.ProcessEnv) {
  const added = defaultAttests(options, env);
  return [...(options.attestations ?? []), ...(makesIndex(options) ? added : [])];
}

/** The classic store keeps no index, which buildx finds out before it builds. */
async function refusalOfIndex(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const engine = connectEngine(undefined, { env });
    try {
      const { store } = await engine.info({ signal });
      return store === 'classic' ? "the daemon's store keeps no index of images" : undefined;
    } finally {
      engine.close();
    }
  } catch (error) {
    return leftBy(error).left;
  }
}

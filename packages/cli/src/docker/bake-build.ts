import { planBake } from '@warmdock/compose';
import { chooseMode, parseGoBool } from '@warmdock/core/internal';
import type { CommandContext } from '../process/command-context.js';
import { version } from '../process/version.js';
import { formatTargetFailure } from '../report/target-failure.js';
import type { DockerCall } from './as-docker.js';
import { builderRuleText } from './builder-rule-text.js';
import { chooseRouted } from './choose-build.js';
import { openConnections } from './connections.js';
import { explain, passThrough } from './pass-through.js';
import { passThroughReason } from './pass-through-reason.js';
import { pluginCommand } from './plugin-command.js';
import type { RoutedBake } from './routing/route.js';
import type { ShimContext } from './shim-context.js';
import { checkTargets, runTargets } from './targets-build.js';

/**
 * Builds in bake's place what bake would build and load.
 *
 * Passes all of it through to buildx when the user's files or a target ask for that.
 */
export async function runRoutedBake(
  routed: RoutedBake,
  { docker }: DockerCall,
  context: ShimContext,
): Promise<number> {
  const program = pluginCommand('buildx', docker, routed.env);
  const planned = await planRouted(routed, program, context).catch(passThroughReason);
  if ('passThroughReason' in planned) return passThrough(planned.passThroughReason, context);
  const { set, builder, rule, mode, connections } = planned;
  if (set.targets.length === 0) return passThrough('there is nothing to build', context);
  explain(`building on builder "${builder.name}" (by ${builderRuleText[rule]})`, context);
  context.takeOver();
  const { stderr, signal } = context;
  const { env } = routed;
  try {
    const shown = { mode, output: stderr, showsBuilder: true };
    await runTargets({ set, builder, env, signal, connections, ...shown });
    return 0;
  } catch (error) {
    const { text, exitCode } = formatTargetFailure(error, version, { mark: 'ERROR: ', set });
    stderr.write(text);
    return exitCode;
  }
}

async function planRouted(
  routed: RoutedBake,
  program: readonly string[] | undefined,
  { signal }: CommandContext,
) {
  const { call, env } = routed;
  const choice = chooseRouted(routed);
  if ('passThroughReason' in choice) return choice;
  if (env.BUILDX_BAKE_GIT_AUTH_TOKEN ?? env.BUILDX_BAKE_GIT_AUTH_HEADER)
    return { passThroughReason: "bake's own logins to git are for buildx to read" };
  const { mode } = chooseMode(call.progress ?? 'auto', false, env);
  const loadsByDefault =
    choice.builder.loadsByDefault && !parseGoBool(env.BUILDX_NO_DEFAULT_LOAD ?? '');
  const connections = await openConnections(choice.builder, env);
  const load = call.load || loadsByDefault;
  const { progress: _, builder: __, ...words } = call;
  const set = await planBake({ ...words, load, program, env, signal });
  checkTargets(set);
  return { ...choice, set, mode, connections };
}

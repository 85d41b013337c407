import { planBake } from '@warmdock/compose';
import { chooseMode } from '@warmdock/core/internal';
import type { BuildContext } from '../commands/build/build-command.js';
import { parseGoBool } from '../flags/go-bool.js';
import { failureOfTargets } from '../report/target-failure.js';
import { version } from '../version.js';
import type { DockerCall } from './as-docker.js';
import { chooseRouted } from './choose-build.js';
import { chosenBy } from './chosen-by.js';
import { beginConnections } from './connections.js';
import { leftBy } from './left-by.js';
import { explain, passThrough } from './pass-through.js';
import { pluginOf } from './plugin-of.js';
import type { RoutedContext } from './routed-context.js';
import type { RoutedBake } from './routing/route.js';
import { checkTargets, runTargets } from './targets-build.js';

/**
 * Builds in bake's place what bake would build and load.
 *
 * Leaves all of it to buildx when the user's files or a target ask for that.
 */
export async function runRoutedBake(
  routed: RoutedBake,
  { docker }: DockerCall,
  context: RoutedContext,
): Promise<number> {
  const program = pluginOf('buildx', docker, routed.env);
  const planned = await planRouted(routed, program, context).catch(leftBy);
  if ('left' in planned) return passThrough(planned.left, context);
  const { set, builder, rule, mode, connections } = planned;
  if (set.targets.length === 0) return passThrough('there is nothing to build', context);
  explain(`building on builder "${builder.name}" (by ${chosenBy[rule]})`, context);
  context.takeOver();
  const { stderr, signal } = context;
  const { env } = routed;
  try {
    const shown = { mode, output: stderr, isTalkative: true };
    await runTargets({ set, builder, env, signal, connections, ...shown });
    return 0;
  } catch (error) {
    const { text, exitCode } = failureOfTargets(error, version, { mark: 'ERROR: ', set });
    stderr.write(text);
    return exitCode;
  }
}

async function planRouted(
  routed: RoutedBake,
  program: readonly string[] | undefined,
  { signal }: BuildContext,
) {
  const { call, env } = routed;
  const choice = chooseRouted(routed);
  if ('left' in choice) return choice;
  if (env.BUILDX_BAKE_GIT_AUTH_TOKEN ?? env.BUILDX_BAKE_GIT_AUTH_HEADER)
    return { left: "bake's own logins to git are left to buildx" };
  const { mode } = chooseMode(call.progress ?? 'auto', false, env);
  const loadsByDefault =
    choice.builder.loadsByDefault && !parseGoBool(env.BUILDX_NO_DEFAULT_LOAD ?? '');
  const connections = await beginConnections(choice.builder, env);
  const load = call.load || loadsByDefault;
  const { progress: _, builder: __, ...words } = call;
  const set = await planBake({ ...words, load, program, env, signal });
  checkTargets(set);
  return { ...choice, set, mode, connections };
}

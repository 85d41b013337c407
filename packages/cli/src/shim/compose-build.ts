import { type ComposeOptions, planCompose } from '@warmdock/compose';
import type { BuildContext } from '../build-command.js';
import { failureOfTargets } from '../report/target-failure.js';
import { version } from '../version.js';
import type { DockerCall } from './as-docker.js';
import { builtLines } from './built-lines.js';
import { chooseRouted } from './choose-build.js';
import { composeProgress } from './compose-progress.js';
import { beginConnections } from './connections.js';
import { leftBy } from './left-by.js';
import { builtExitCode, explain, passThrough } from './pass-through.js';
import { pluginOf } from './plugin-of.js';
import type { RoutedCompose } from './route.js';
import type { ComposeCall } from './route-compose.js';
import type { RoutedContext } from './routed-context.js';
import { checkTargets, runTargets } from './targets-build.js';

/**
 * Builds in compose's place what compose would build; what then is to be done with the images is
 * left to compose, which does not build them again.
 *
 * Leaves all of it to compose when the user's files or the project ask for that.
 */
export async function runRoutedCompose(
  routed: RoutedCompose,
  { docker, compose }: DockerCall,
  context: RoutedContext,
): Promise<number> {
  const program = compose === undefined ? pluginOf('compose', docker, routed.env) : [compose];
  const planned = await planRouted(routed, program, context).catch(leftBy);
  if ('left' in planned) return passThrough(planned.left, context);
  const { plan, builder, rule, mode, news, connections } = planned;
  if (plan.targets.length === 0) return passThrough('there is nothing to build', context);
  explain(`building on builder "${builder.name}" (by ${rule})`, context);
  context.takeOver();
  const { stdout, stderr, signal } = context;
  const { command, maxParallel, notes } = routed.call;
  stderr.write(notes + plan.warnings);
  try {
    const { env } = plan;
    const shown = { mode, output: stdout, isTalkative: false };
    await runTargets({ set: plan, builder, env, signal, maxParallel, connections, ...shown });
  } catch (error) {
    const { text, exitCode } = failureOfTargets(error, version, { mark: '', set: plan });
    stderr.write(text);
    return exitCode === 1 ? plan.ending.failureExitCode : exitCode;
  }
  stderr.write(builtLines(plan, news, stderr.isTerminal));
  return command === 'build' ? 0 : builtExitCode;
}

async function planRouted(
  routed: RoutedCompose,
  program: readonly string[] | undefined,
  { stdout, signal }: BuildContext,
) {
  const { call, env } = routed;
  const choice = chooseRouted(routed);
  if ('left' in choice) return choice;
  const progress = composeProgress(call, env, stdout.isTerminal);
  if ('left' in progress) return progress;
  const { projectFlags, services, withDependencies, buildArgs, noCache, pull, ssh } = call;
  const connections = await beginConnections(choice.builder, env);
  const plan = await planCompose({
    projectFlags,
    services,
    withDependencies,
    buildArgs,
    noCache,
    pull,
    ssh,
    containersBy: containersBy(call.command),
    program,
    env,
    signal,
  });
  checkTargets(plan);
  return { ...choice, ...progress, plan, connections };
}

function containersBy(command: ComposeCall['command']): ComposeOptions['containersBy'] {
  if (command === 'build') return undefined;
  return command === 'run' ? 'run' : 'up';
}

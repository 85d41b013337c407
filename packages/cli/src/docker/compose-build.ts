import { type ComposeOptions, planCompose } from '@warmdock/compose';
import type { CommandContext } from '../process/command-context.js';
import { version } from '../process/version.js';
import { formatTargetFailure } from '../report/target-failure.js';
import type { DockerCall } from './as-docker.js';
import { builderRuleText } from './builder-rule-text.js';
import { formatBuiltImages } from './built-images.js';
import { chooseRouted } from './choose-build.js';
import { composeProgress } from './compose-progress.js';
import { connectDaemon, openConnections } from './connections.js';
import { knownImages } from './known-images/known-images.js';
import { builtExitCode, explain, passThrough, readyExitCode } from './pass-through.js';
import { passThroughReason } from './pass-through-reason.js';
import { pluginCommand } from './plugin-command.js';
import type { RoutedCompose } from './routing/route.js';
import type { ComposeCall } from './routing/route-compose.js';
import type { ShimContext } from './shim-context.js';
import { checkTargets, runTargets } from './targets-build.js';

/**
 * Builds in compose's place what compose would build; the rest is then passed
 * through to compose, which does not build them again.
 *
 * Passes all of it through to compose when the user's files or the project ask for that.
 */
export async function runRoutedCompose(
  routed: RoutedCompose,
  { docker, compose }: DockerCall,
  context: ShimContext,
): Promise<number> {
  const program = compose === undefined ? pluginCommand('compose', docker, routed.env) : [compose];
  const planned = await planRouted(routed, program, context).catch(passThroughReason);
  if ('passThroughReason' in planned) return passThrough(planned.passThroughReason, context);
  const { plan, builder, rule, mode, reports, connections } = planned;
  if (plan.targets.length === 0) return passThrough(nothingToBuild(routed.call), context);
  explain(`building on builder "${builder.name}" (by ${builderRuleText[rule]})`, context);
  context.takeOver();
  const { stdout, stderr, signal } = context;
  const { command, notes } = routed.call;
  const maxParallel = maxParallelOf(routed);
  // Else compose says the same again when it comes to the containers.
  const warnings = notes + plan.warnings;
  if (command === 'build') stderr.write(warnings);
  try {
    const { env } = plan;
    const shown = { mode, output: stdout, showsBuilder: false };
    await runTargets({ set: plan, builder, env, signal, maxParallel, connections, ...shown });
  } catch (error) {
    const { text, exitCode } = formatTargetFailure(error, version, { mark: '', set: plan });
    stderr.write(command === 'build' ? text : warnings + text);
    return exitCode === 1 ? plan.ending.failureExitCode : exitCode;
  }
  stderr.write(formatBuiltImages(plan, reports, stderr.isTerminal));
  if (command === 'build') return 0;
  return plan.mustNotBuild ? builtExitCode : readyExitCode;
}

function nothingToBuild({ asksForBuilds }: ComposeCall): string {
  return asksForBuilds
    ? 'there is nothing to build'
    : 'no image is missing that compose would build';
}

/** The flag wins over the variable, which compose has found to be a number. */
function maxParallelOf({ call, env }: RoutedCompose): number | undefined {
  const parallel = call.parallel ?? Number(env.COMPOSE_PARALLEL_LIMIT ?? -1);
  return parallel > 0 ? parallel : undefined;
}

async function planRouted(
  routed: RoutedCompose,
  program: readonly string[] | undefined,
  { stdout, signal }: CommandContext,
) {
  const { call, env } = routed;
  const choice = chooseRouted(routed);
  if ('passThroughReason' in choice) return choice;
  const progress = composeProgress(call, env, stdout.isTerminal);
  if ('passThroughReason' in progress) return progress;
  const known = call.asksForBuilds ? undefined : knownImages(call, env);
  const engine = connectDaemon(env);
  if (await known?.areIn(engine, signal)) return { passThroughReason: nothingToBuild(call) };
  const connections = await openConnections(choice.builder, env, engine);
  const { projectFlags, services, withDependencies, buildArgs, noCache, pull, ssh } = call;
  const plan = await planCompose({
    projectFlags,
    services,
    withDependencies,
    buildArgs,
    noCache,
    pull,
    ssh,
    containersBy: containersBy(call),
    ...(known && { missingIn: engine, pullPolicy: call.pullPolicy }),
    program,
    env,
    signal,
  });
  known?.learn(plan.lookedFor);
  checkTargets(plan);
  return { ...choice, ...progress, plan, connections };
}

function containersBy({ command, takesNoBuild }: ComposeCall): ComposeOptions['containersBy'] {
  if (command === 'build') return undefined;
  return takesNoBuild ? 'up' : 'run';
}

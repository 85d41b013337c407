import { type ComposePlan, planCompose } from '@warmdock/compose';
import { isWarmdockError, type WarmdockError } from '@warmdock/core';
import type { BuildContext } from '../build-command.js';
import { chooseMode } from '../display/choose-mode.js';
import { failureOfTargets } from '../report/target-failure.js';
import { version } from '../version.js';
import type { DockerCall } from './as-docker.js';
import { chooseRemote } from './choose-build.js';
import { beginConnections } from './connections.js';
import { builtExitCode, explain, passThrough } from './pass-through.js';
import { pluginOf } from './plugin-of.js';
import type { RoutedCompose } from './route.js';
import type { ComposeCall } from './route-compose.js';
import { runTargets } from './targets-build.js';

/**
 * Builds in compose's place what compose would build; what then is to be done with the images is
 * left to compose, which does not build them again.
 *
 * Leaves all of it to compose when the user's files or the project ask for that.
 */
export async function runRoutedCompose(
  routed: RoutedCompose,
  { docker, compose }: DockerCall,
  context: BuildContext,
): Promise<number> {
  const program = compose === undefined ? pluginOf('compose', docker, routed.env) : [compose];
  const planned = await planRouted(routed, program, context).catch(leftBy);
  if ('left' in planned) return passThrough(planned.left, context);
  const { plan, builder, rule, mode, connections } = planned;
  if (plan.targets.length === 0) return passThrough('there is nothing to build', context);
  explain(`building on builder "${builder.name}" (by ${rule})`, context);
  const { stdout, stderr, signal } = context;
  const { command, maxParallel } = routed.call;
  stderr.write(plan.warnings);
  try {
    const { env } = plan;
    const shown = { mode, output: stdout, isTalkative: false };
    await runTargets({ set: plan, builder, env, signal, maxParallel, connections, ...shown });
  } catch (error) {
    const { text, exitCode } = failureOfTargets(error, version, '');
    stderr.write(text);
    return exitCode;
  }
  if (!routed.call.quiet) stderr.write(builtLines(plan, stderr.isTerminal));
  return command === 'build' ? 0 : builtExitCode;
}

async function planRouted(
  { call, env }: RoutedCompose,
  program: readonly string[] | undefined,
  { signal }: BuildContext,
) {
  const choice = chooseRemote(call.builder, env);
  if ('left' in choice) return choice;
  const { mode } = chooseMode(progressOf(call, env), false, env);
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
    isForContainers: call.command !== 'build',
    program,
    env,
    signal,
  });
  return { ...choice, plan, mode, connections };
}

/** Compose's words for it; `json` is `rawjson`. */
function progressOf({ quiet, progress }: ComposeCall, env: NodeJS.ProcessEnv): string {
  const asked = quiet ? 'none' : progress || env.COMPOSE_PROGRESS || 'auto';
  const words: Readonly<Record<string, string>> = { json: 'rawjson', quiet: 'none' };
  return words[asked] ?? asked;
}

/** Whatever is wrong with a project, compose says it in its own words. */
function leftBy(error: unknown): { readonly left: string } {
  if (!isWarmdockError(error) || error.code === 'CANCELLED') throw error;
  return { left: reasonOf(error) };
}

export function reasonOf({ message, hint }: WarmdockError): string {
  return hint ? `${message} (${hint})` : message;
}

/** What compose says of each image that it was asked for. */
function builtLines({ targets, wanted }: ComposePlan, isTerminal: boolean): string {
  const images = targets
    .filter(({ name }) => wanted.includes(name))
    .map(({ plan }) => (plan.tags.at(-1) ?? '').replace(/^docker\.io\/(library\/)?/, ''))
    .map((tag) => tag.replace(/:latest$/, ''));
  return images.map((image) => ` ${isTerminal ? '✔ ' : ''}${image}  Built\n`).join('');
}

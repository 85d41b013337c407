import { connectEngine } from '@warmdock/core';
import { planRequest } from '@warmdock/core/internal';
import {
  type BuildCommand,
  planBuildCommand,
  runBuildCommand,
} from '../commands/build-image/build-command.js';
import { builderRuleText } from './builder-rule-text.js';
import { type BuildChoice, chooseRouted } from './choose-build.js';
import { defaultAttestations, makesIndex } from './default-attestations.js';
import { dockerResultFormat, provenanceMode } from './docker-result-format.js';
import { explain, passThrough } from './pass-through.js';
import { type PassThrough, passThroughReason } from './pass-through-reason.js';
import type { RoutedBuild } from './routing/route.js';
import type { ShimContext } from './shim-context.js';

/**
 * Builds in docker's place: what it prints, writes and ends with is what buildx would.
 *
 * Passes the build through to docker when the user's files or a value of the command line ask for that.
 */
export async function runRoutedBuild(routed: RoutedBuild, context: ShimContext): Promise<number> {
  const planned = planRouted(routed);
  if ('passThroughReason' in planned) return passThrough(planned.passThroughReason, context);
  const { builder, rule, command } = planned;
  const { env } = routed;
  const refusal = makesIndex(command.options) && (await refusalOfIndex(env, context.signal));
  if (refusal) return passThrough(refusal, context);
  explain(`building on builder "${builder.name}" (by ${builderRuleText[rule]})`, context);
  context.takeOver();
  const resultFormat = dockerResultFormat(builder, env);
  await runBuildCommand(command, { ...context, env }, { resultFormat });
  return 0;
}

type PlannedBuild =
  | PassThrough
  | (Exclude<BuildChoice, PassThrough> & { readonly command: BuildCommand });

function planRouted(routed: RoutedBuild): PlannedBuild {
  try {
    const choice = chooseRouted(routed);
    if ('passThroughReason' in choice) return choice;
    const { args, env } = routed;
    const command = planBuildCommand(args, env);
    const withProvenance = args.metadataFile !== undefined && provenanceMode(env) !== 'disabled';
    const attestations = attestationsOf(command, env);
    const options = { ...command.options, attestations, builder: choice.builder, withProvenance };
    // A value that no build takes is docker's to refuse; the build itself is planned where it runs.
    planRequest(options, { env });
    return { ...choice, command: { ...command, options } };
  } catch (error) {
    return passThroughReason(error);
  }
}

/** Those of the command line, and those that buildx adds. */
function attestationsOf({ options }: BuildCommand, env: NodeJS.ProcessEnv) {
  const added = defaultAttestations(options, env);
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
    return passThroughReason(error).passThroughReason;
  }
}

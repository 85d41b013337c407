import { explainBuilder, isWarmdockError, planBuild } from '@warmdock/core';
import { type BuildContext, runBuildCommand } from '../build-command.js';
import { buildOptionsOf } from '../build-options.js';
import { chooseMode } from '../display/choose-mode.js';
import { explain, passThrough } from './pass-through.js';
import type { RoutedBuild } from './route.js';

/**
 * Builds in docker's place: what it prints, writes and ends with is what buildx would.
 *
 * Leaves the build to docker when the user's builder or a value of the command line asks for that.
 */
export async function runRoutedBuild(
  { args, builder, env }: RoutedBuild,
  context: BuildContext,
): Promise<number> {
  const choice = remoteBuilder(args, builder, env);
  if ('left' in choice) return passThrough(choice.left, context);
  explain(`building on builder "${choice.name}" (by ${choice.rule})`, context);
  const asked = { ...args, builder: choice.name };
  await runBuildCommand(asked, { ...context, env, surface: 'docker' });
  return 0;
}

type Choice = { readonly left: string } | { readonly name: string; readonly rule: string };

function remoteBuilder(
  args: RoutedBuild['args'],
  name: string | undefined,
  env: NodeJS.ProcessEnv,
): Choice {
  try {
    const { builder, rule } = explainBuilder({ name, env });
    if (builder.kind === 'engine') {
      return { left: `builder "${builder.name}" is a docker daemon's own BuildKit` };
    }
    chooseMode(args.progress, args.quiet, env);
    planBuild(buildOptionsOf(args, env));
    return { name: builder.name, rule };
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    return { left: error.hint ? `${error.message} (${error.hint})` : error.message };
  }
}

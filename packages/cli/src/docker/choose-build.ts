import { type ChosenBuilder, explainBuilder } from '@warmdock/core';
import { type BuilderRule, containerDaemon } from '@warmdock/core/buildkit';
import { chooseWays, dockerAliases, parseGoBool } from '@warmdock/core/internal';
import { type PassThrough, passThroughReason } from './pass-through-reason.js';
import { type RoutedBake, type RoutedBuild, type RoutedCompose, route } from './routing/route.js';

/** A builder that is no daemon's own. */
export type RemoteBuilder = Extract<ChosenBuilder, { kind: 'address' }>;

/** What becomes of a build, by the user's files. */
export type BuildChoice =
  | PassThrough
  | { readonly builder: RemoteBuilder; readonly rule: BuilderRule };

/**
 * What becomes of `docker ARGV...`, as far as its words, the environment and the user's files decide:
 * the project that a bake or compose builds is not read.
 */
export function chooseForWords(argv: readonly string[], env: NodeJS.ProcessEnv): BuildChoice {
  const routed = route(argv, env);
  if (routed.action === 'pass-through') return { passThroughReason: routed.reason };
  if (routed.action === 'pull') return { passThroughReason: 'it is not a build' };
  try {
    return chooseRouted(routed);
  } catch (error) {
    return passThroughReason(error);
  }
}

/** Throws what `explainBuilder` throws. */
export function chooseRouted(routed: RoutedBuild | RoutedBake | RoutedCompose): BuildChoice {
  switch (routed.action) {
    case 'build':
      return chooseBuild(routed);
    case 'bake':
      return chooseForDocker({ ...routed, builder: routed.call.builder });
    case 'compose':
      return chooseRemote(routed.call.builder, routed.env);
  }
}

/**
 * Decides whether a build's image is made by another builder than the daemon and is to end in the daemon.
 *
 * Throws what `explainBuilder` throws.
 */
function chooseBuild(routed: RoutedBuild): BuildChoice {
  const choice = chooseForDocker(routed);
  if ('passThroughReason' in choice || routed.place !== 'default') return choice;
  const { isBuildx, env } = routed;
  const isForBuildx = isBuildx || dockerAliases(env).has('builder');
  const passThroughReason = reasonWithoutOutput(choice.builder, isForBuildx, env);
  return passThroughReason === undefined ? choice : { passThroughReason };
}

/**
 * The builder that docker's words mean, which name buildx or have docker call that.
 *
 * Throws what `explainBuilder` throws.
 */
function chooseForDocker({
  isBuildx,
  builder: name,
  env,
}: Pick<RoutedBuild, 'isBuildx' | 'builder' | 'env'>): BuildChoice {
  const aliases = dockerAliases(env);
  const refused = [...aliases.keys()].find((word) => word !== 'builder');
  if (refused !== undefined)
    return { passThroughReason: `docker takes no alias such as "${refused}"` };
  const alias = isBuildx ? 'buildx' : aliases.get('builder');
  if (alias !== undefined && alias !== 'buildx') {
    return { passThroughReason: `builds are for "${alias}", by an alias in docker's config.json` };
  }
  // Without the alias, docker names the daemon's own builder where nobody names one.
  if (!name && !env.BUILDX_BUILDER && !alias)
    return {
      passThroughReason:
        'docker build uses the daemon itself unless BUILDX_BUILDER names a builder',
    };
  return chooseRemote(name, env);
}

/**
 * The builder that buildx would choose, unless it is a daemon's own; an empty name is none.
 *
 * Throws what `explainBuilder`, `chooseWays` and `containerDaemon` throw.
 */
export function chooseRemote(name: string | undefined, env: NodeJS.ProcessEnv): BuildChoice {
  const { builder, rule } = explainBuilder({ name, env });
  chooseWays({}, env);
  if (builder.kind === 'engine') {
    return { passThroughReason: `builder "${builder.name}" is a docker daemon's own BuildKit` };
  }
  // A container's daemon that we cannot reach is a reason to pass the build through, before it begins.
  if (builder.address.kind === 'docker-container') containerDaemon(builder.address, env);
  return { builder, rule };
}

/**
 * Why the result of a build that asks for no output is not for the daemon.
 *
 * What docker runs as `docker build` has always meant an image in the daemon; what buildx builds for it
 * is loaded where the builder says so.
 */
function reasonWithoutOutput(
  { name, loadsByDefault }: RemoteBuilder,
  isBuildx: boolean,
  { BUILDX_NO_DEFAULT_LOAD }: NodeJS.ProcessEnv,
): string | undefined {
  if (parseGoBool(BUILDX_NO_DEFAULT_LOAD ?? '')) {
    return `BUILDX_NO_DEFAULT_LOAD=${BUILDX_NO_DEFAULT_LOAD} leaves the result in the builder`;
  }
  if (!isBuildx || loadsByDefault) return undefined;
  return `without --load the result stays in builder "${name}"`;
}

import type { ProgramRun } from '../program.js';
import { parseBakeDefinition } from '../targets/bake-definition.js';
import { planTargets } from '../targets/plan-targets.js';
import type { TargetSet } from '../targets/target-set.js';
import { checkNoTemplates, withoutEscapes } from '../templates.js';
import { type BuildsBefore, buildsBefore } from './before-containers.js';
import type { ComposeOptions } from './compose-options.js';
import { type ComposeProgram, composeProgram, refused } from './compose-program.js';
import { type ComposeEnding, endingOf, isSince } from './compose-version.js';
import { configBuilds } from './config-builds.js';
import type { ProjectBuilds } from './project-builds.js';
import { parseServiceImages } from './project-images.js';
import { withProjectSecrets } from './project-secrets.js';

/** The builds of a compose project. */
export interface ComposePlan extends TargetSet {
  /** What compose said on standard error while it read the project, such as warnings. */
  readonly warnings: string;
  /** The environment of the builds: with the project's variables that secrets come from. */
  readonly env: NodeJS.ProcessEnv;
  /** How this compose would end the builds. */
  readonly ending: ComposeEnding;
  /** With `containersBy`: whether compose has to be told not to build, since it would do so again. */
  readonly mustNotBuild: boolean;
  /**
   * With `missingIn`: the images that have to be there for nothing to be built, as long as the project
   * stays as it is; `undefined` where more counts than their names.
   */
  readonly lookedFor?: readonly string[] | undefined;
}

const firstThatPrints = [2, 35] as const;

/**
 * Asks compose what its `build` would build, or before containers what these need, and plans the
 * same builds.
 *
 * Compose reads the project itself (`build --print` since 2.35, else `config`), so files, profiles,
 * variables, `include` and `extends` mean what they mean to it. Throws `INVALID_ARGUMENT` with
 * compose's own words for a project that it refuses, `UNSUPPORTED` for a build that only compose
 * can carry out, `NOT_FOUND` without compose.
 */
export async function planCompose(options: ComposeOptions = {}): Promise<ComposePlan> {
  const compose = composeProgram(options);
  const { cwd = process.cwd(), containersBy, services = [] } = options;
  const [printed, config] = await Promise.all([
    compose.run('build', ...buildWords(options), '--print'),
    containersBy && compose.run('config', '--format', 'json', ...services),
  ]);
  const { definition, ...builds } = await buildsOf(printed, config, compose, options);
  const before: BuildsBefore = config
    ? await buildsBefore(definition, parseServiceImages(config), options)
    : { definition, mustNotBuild: false };
  const set = planTargets(before.definition, { cwd, env: builds.env });
  const { mustNotBuild, lookedFor } = before;
  return { ...set, ...builds, mustNotBuild, lookedFor };
}

async function buildsOf(
  printed: ProgramRun,
  config: ProgramRun | undefined,
  compose: ComposeProgram,
  options: ComposeOptions,
): Promise<ProjectBuilds> {
  if (printed.exitCode === 0) return printedBuilds(printed, compose, options);
  const version = (await compose.ask('version', '--short')).trim();
  if (isSince(version, firstThatPrints)) throw refused('build', printed);
  return configBuilds(compose, version, options, config);
}

async function printedBuilds(
  { stdout, stderr }: ProgramRun,
  compose: ComposeProgram,
  options: ComposeOptions,
): Promise<ProjectBuilds> {
  // None of the services has a build.
  const text = stdout.trim() || '{"target":{}}';
  const escaped = parseBakeDefinition(text, 'compose build --print');
  checkNoTemplates(escaped);
  const definition = withoutEscapes(escaped);
  return {
    definition,
    warnings: stderr,
    env: await withProjectSecrets(definition, compose, options.env ?? process.env),
    ending: endingOf(firstThatPrints.join('.')),
  };
}

function buildWords(options: ComposeOptions): string[] {
  const { services = [], withDependencies, buildArgs = [], noCache, pull, ssh } = options;
  return [
    ...(withDependencies ? ['--with-dependencies'] : []),
    ...buildArgs.map((pair) => `--build-arg=${pair}`),
    ...(noCache ? ['--no-cache'] : []),
    ...(pull ? ['--pull'] : []),
    ...(ssh === undefined ? [] : [`--ssh=${ssh}`]),
    ...services,
  ];
}

import { resolve } from 'node:path';
import type { Engine } from '@warmdock/core';
import { type Checks, checkOptions, checks } from '@warmdock/core/internal';
import { planTargets } from '../targets/plan-targets.js';
import type { TargetSet } from '../targets/target-set.js';
import { checkImageNames } from './check-image-names.js';
import type { ComposeOptions } from './compose-options.js';
import { type ComposeProgram, composeProgram } from './compose-program.js';
import type { ComposeEnding } from './compose-version.js';
import { buildsForContainers, buildsOfServices } from './container-builds.js';
import { missingImages } from './missing-images.js';
import { noBuilds, type ProjectBuilds } from './project-builds.js';
import { readProjectImages } from './project-images.js';
import { checkPullPolicies, checkRebuilds } from './pull-policies.js';
import { readBuilds } from './read-builds.js';

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

const texts = checks.listOf(checks.text);

const composeChecks: Checks<ComposeOptions> = {
  projectFlags: texts,
  services: texts,
  withDependencies: checks.flag,
  buildArgs: texts,
  noCache: checks.flag,
  pull: checks.flag,
  ssh: checks.text,
  containersBy: checks.choice('up', 'run'),
  missingIn: checks.engine,
  pullPolicy: checks.text,
  program: checks.program,
  cwd: checks.text,
  env: checks.mapOf(checks.text),
  signal: checks.signal,
};

/**
 * Asks compose what its `build` would build, or before containers what these need, and plans the
 * same builds.
 *
 * Compose reads the project itself (`build --print` since 2.35, else `config`), so files, profiles,
 * variables, `include` and `extends` mean what they mean to it. Throws `INVALID_ARGUMENT` with
 * compose's own words for a project that it refuses, `UNSUPPORTED` for a build that only compose
 * can carry out, `NOT_FOUND` without compose, and with `missingIn` what the engine throws.
 */
export async function planCompose(options: ComposeOptions = {}): Promise<ComposePlan> {
  checkOptions('planCompose', options, composeChecks);
  return planProject({ ...options, cwd: resolve(options.cwd ?? '') });
}

async function planProject(options: ComposeOptions & { cwd: string }): Promise<ComposePlan> {
  const compose = composeProgram(options);
  const { missingIn, containersBy } = options;
  if (missingIn) return planMissing(compose, options, missingIn);
  if (containersBy) return planBeforeContainers(compose, options, containersBy);
  return { ...planOf(await readBuilds(compose, options), options), mustNotBuild: false };
}

async function planBeforeContainers(
  compose: ComposeProgram,
  options: ComposeOptions,
  containersBy: 'up' | 'run',
): Promise<ComposePlan> {
  const printing = compose.printProject();
  const [builds, printed] = await Promise.all([readBuilds(compose, options, printing), printing]);
  const { services } = await readProjectImages(printed, compose);
  checkPullPolicies(services, containersBy);
  const definition = buildsForContainers(builds.definition, services, builds.env);
  return { ...planOf({ ...builds, definition }, options), mustNotBuild: true };
}

/** One after the other: most often nothing is missing, and to print the builds takes longer than to print the project. */
async function planMissing(
  compose: ComposeProgram,
  options: ComposeOptions,
  engine: Engine,
): Promise<ComposePlan> {
  const { env = process.env, containersBy = 'up', services = [], withDependencies } = options;
  checkImageNames(options, env);
  const printed = await compose.printProject();
  const project = await readProjectImages(printed, compose);
  // Printed are those that get containers; without their dependencies, these may be built by nobody.
  const buildable = withDependencies || services.length === 0 ? undefined : services;
  const missing = await missingImages(project, { ...options, env, engine, services: buildable });
  const { rebuilt, lookedFor } = missing;
  checkRebuilds(rebuilt, containersBy);
  const isNone = missing.services.length === 0 && rebuilt === undefined;
  const builds = isNone ? noBuilds(env) : await readBuilds(compose, options, printed);
  const needed = buildsOfServices(builds.definition, missing.services, project.services);
  const definition = buildsForContainers(needed, project.services, builds.env);
  const plan = planOf({ ...builds, definition }, options);
  return { ...plan, mustNotBuild: rebuilt !== undefined, lookedFor };
}

function planOf({ definition, ...builds }: ProjectBuilds, { cwd = process.cwd() }: ComposeOptions) {
  return { ...planTargets(definition, { cwd, env: builds.env }), ...builds };
}

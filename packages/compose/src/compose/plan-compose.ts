import { resolve } from 'node:path';
import { type Checks, checkOptions, checks } from '@warmdock/core';
import { parseBakeDefinition } from '../targets/bake-definition.js';
import { planTargets } from '../targets/plan-targets.js';
import type { TargetSet } from '../targets/target-set.js';
import { checkNoTemplates, withoutEscapes } from '../templates.js';
import type { ComposeOptions } from './compose-options.js';
import { composeProgram, refused } from './compose-program.js';
import { type ComposeEnding, endingOf, isSince } from './compose-version.js';
import { planConfig } from './plan-config.js';
import { withProjectSecrets } from './project-secrets.js';
import { checkPullPolicies } from './pull-policies.js';

/** The builds of a compose project. */
export interface ComposePlan extends TargetSet {
  /** What compose said on standard error while it read the project, such as warnings. */
  readonly warnings: string;
  /** The environment of the builds: with the project's variables that secrets come from. */
  readonly env: NodeJS.ProcessEnv;
  /** How this compose would end the builds. */
  readonly ending: ComposeEnding;
}

const firstThatPrints = [2, 35] as const;

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
  program: checks.program,
  cwd: checks.text,
  env: checks.mapOf(checks.text),
  signal: checks.signal,
};

/**
 * Asks compose what its `build` would build, and plans the same builds.
 *
 * Compose reads the project itself (`build --print` since 2.35, else `config`), so files, profiles,
 * variables, `include` and `extends` mean what they mean to it. Throws `INVALID_ARGUMENT` with
 * compose's own words for a project that it refuses, `UNSUPPORTED` for a build that only compose
 * can carry out, `NOT_FOUND` without compose.
 */
export async function planCompose(options: ComposeOptions = {}): Promise<ComposePlan> {
  checkOptions('planCompose', options, composeChecks);
  return planProject({ ...options, cwd: resolve(options.cwd ?? '') });
}

async function planProject(options: ComposeOptions & { cwd: string }): Promise<ComposePlan> {
  const compose = composeProgram(options);
  const [printed] = await Promise.all([
    compose.run('build', ...buildWords(options), '--print'),
    options.containersBy && checkPullPolicies(compose, options.containersBy, options.services),
  ]);
  if (printed.exitCode !== 0) {
    const version = (await compose.ask('version', '--short')).trim();
    if (isSince(version, firstThatPrints)) throw refused('build', printed);
    return planConfig(compose, version, options);
  }
  const definition = parseBakeDefinition(
    // None of the services has a build.
    printed.stdout.trim() || '{"target":{}}',
    'compose build --print',
  );
  checkNoTemplates(definition);
  const { cwd } = options;
  const literal = withoutEscapes(definition);
  const ending = endingOf(firstThatPrints.join('.'));
  const env = await withProjectSecrets(literal, compose, options.env ?? process.env);
  return {
    ...planTargets(literal, { cwd, env }),
    warnings: printed.stderr,
    env,
    ending,
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

import { WarmdockError } from '@warmdock/core';
import type { ProgramRun } from '../programs/run-program.js';
import type { BakeDefinition } from '../targets/bake-definition.js';
import { checkImageNames } from './check-image-names.js';
import type { ComposeOptions } from './compose-options.js';
import { type ComposeProgram, projectRefused } from './compose-program.js';
import { checkPrintsServices, composeEnding, isAtLeast } from './compose-version.js';
import type { ProjectBuilds } from './project-builds.js';
import { parseProjectConfig } from './project-config.js';
import { secretVariables, withProjectSecrets } from './project-secrets.js';
import { type ProjectBuild, serviceTarget } from './service-target.js';

/**
 * The builds of a project by a compose that cannot print them: from the project that it prints,
 * which it may have done already. Throws as `planCompose` does.
 */
export async function configBuilds(
  compose: ComposeProgram,
  version: string,
  options: ComposeOptions,
  config?: ProgramRun | Promise<ProgramRun>,
): Promise<ProjectBuilds> {
  const { env = process.env } = options;
  checkPrintsServices(version);
  checkImageNames(options, env);
  const printed = await (config ?? compose.printProject());
  if (printed.exitCode !== 0) throw await whyNotPrinted(compose, printed);
  const definition = definitionOf(options, {
    config: parseProjectConfig(printed.stdout),
    version,
    buildArgs: buildArgsOf(options, env),
    noCache: options.noCache ?? false,
    pull: options.pull ?? false,
    ssh: options.ssh === undefined ? [] : [options.ssh],
    env,
  });
  const canTell = isAtLeast(version, firstThatTellsVariables);
  if (!canTell) checkSecretVariables(definition, env);
  const withSecrets = canTell ? await withProjectSecrets(definition, compose, env) : env;
  // Compose of this age builds by itself, and the date is a matter of `buildx build` and `bake`.
  const { SOURCE_DATE_EPOCH: _, ...buildEnv } = withSecrets;
  return { definition, warnings: printed.stderr, env: buildEnv, ending: composeEnding(version) };
}

const firstThatTellsVariables = [2, 28] as const;

/** Some versions read projects that they cannot write as JSON, such as those with several ssh keys. */
async function whyNotPrinted(compose: ComposeProgram, printed: ProgramRun): Promise<WarmdockError> {
  const { exitCode } = await compose.run('config', '--quiet');
  if (exitCode !== 0) return projectRefused('config', printed);
  return new WarmdockError('UNSUPPORTED', `compose cannot print the project: ${printed.stderr}`);
}

function definitionOf(options: ComposeOptions, project: ProjectBuild): BakeDefinition {
  const { services } = project.config;
  const target = Object.entries(services).flatMap(([name, { build, ...service }]) =>
    build ? [[name, serviceTarget(name, { ...service, build }, project)] as const] : [],
  );
  const wanted = wantedServices(options, project).filter((name) => services[name]?.build);
  return { target: Object.fromEntries(target), group: { default: { targets: wanted } } };
}

/** With what they depend on if that is asked for, and with the services that are contexts of others. */
function wantedServices(
  { services = [], withDependencies = false }: ComposeOptions,
  { config }: ProjectBuild,
): string[] {
  const wanted = new Set<string>();
  const add = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const { build, depends_on: dependencies = {} } = config.services[name] ?? {};
    for (const source of Object.values(build?.additional_contexts ?? {}))
      if (source?.startsWith('service:')) add(source.slice('service:'.length));
    if (withDependencies) for (const dependency of Object.keys(dependencies)) add(dependency);
  };
  for (const name of services.length > 0 ? services : Object.keys(config.services)) add(name);
  return [...wanted];
}

/** `NAME=VALUE`, or `NAME` alone for that of the environment. */
function buildArgsOf(
  { buildArgs = [] }: ComposeOptions,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  return Object.fromEntries(
    buildArgs.flatMap((pair): [string, string][] => {
      const [, name = '', value = env[name]] = /^([^=]*)(?:=(.*))?$/s.exec(pair) ?? [];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Compose of this age does not report what its `.env` files set. */
function checkSecretVariables(definition: BakeDefinition, env: NodeJS.ProcessEnv): void {
  const unknown = secretVariables(definition).find((name) => env[name] === undefined);
  if (unknown === undefined) return;
  throw new WarmdockError('UNSUPPORTED', `secret variable ${unknown} is not set`);
}

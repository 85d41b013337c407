import type { ProgramRun } from '../programs/run-program.js';
import { parseBakeDefinition } from '../targets/bake-definition.js';
import { checkNoTemplates, unescapeTemplates } from '../targets/templates.js';
import type { ComposeOptions } from './compose-options.js';
import { type ComposeProgram, projectRefused } from './compose-program.js';
import { composeEnding, isAtLeast, oldestWithBuildPrint } from './compose-version.js';
import { configBuilds } from './config-builds.js';
import type { ProjectBuilds } from './project-builds.js';
import { withProjectSecrets } from './project-secrets.js';

/**
 * Asks compose what its `build` would build; `config` is what its `printProject` answers, where that is
 * known or on its way. Throws as `planCompose` does.
 */
export async function readBuilds(
  compose: ComposeProgram,
  options: ComposeOptions,
  config?: ProgramRun | Promise<ProgramRun>,
): Promise<ProjectBuilds> {
  const printed = await compose.run('build', ...buildWords(options), '--print');
  if (printed.exitCode === 0) return printedBuilds(printed, compose, options);
  const version = await compose.version();
  if (isAtLeast(version, oldestWithBuildPrint)) throw projectRefused('build', printed);
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
  const definition = unescapeTemplates(escaped);
  return {
    definition,
    warnings: stderr,
    env: await withProjectSecrets(definition, compose, options.env ?? process.env),
    ending: composeEnding(oldestWithBuildPrint.join('.')),
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

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDockerConfig } from '@warmdock/testkit';
import { benchDir } from '../measure/bench-dir.js';
import type { Command } from '../measure/time-command.js';
import { environment } from './commands.js';
import { services } from './compose-projects.js';
import type { Setting } from './setting.js';

export interface ComposeProject {
  dir: string;
  name: string;
}

const dockerConfig = () => join(benchDir(), 'compose-docker-config');
const realDocker = () => join(benchDir(), 'compose-docker');

/** Makes a docker configuration whose plugins run on this machine whoever starts them, docker or warmdock. */
export async function prepareCompose({ testbed }: Setting): Promise<void> {
  const { prefix, docker, compose, buildx } = testbed.clients;
  const plugins = join(benchDir(), 'compose-plugins');
  mkdirSync(plugins, { recursive: true });
  for (const [name, program] of Object.entries({ compose, buildx }))
    writeProgram(join(plugins, `docker-${name}`), [...prefix, program]);
  writeProgram(realDocker(), [...prefix, docker]);
  await makeDockerConfig(dockerConfig(), { cliPluginsExtraDirs: [plugins] });
}

/** A program of the testbed as one of this machine. */
function writeProgram(path: string, argv: readonly string[]): void {
  const words = argv.map((word) => `'${word}'`);
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
}

/**
 * `docker compose build`, by docker itself or behind the shim. The shim has nobody to leave a build
 * to: what it measures is its own.
 */
export function composeBuild(
  setting: Setting,
  program: 'docker' | 'shim',
  project: ComposeProject,
  host: string,
  only: readonly string[] = [],
): Command {
  const env = composeEnvironment(setting, host);
  const words = [...composeWords(project, 'build'), ...only];
  if (program === 'docker') return { argv: [...setting.programs.docker, ...words], env };
  return behindShim(setting, words, { ...env, WARMDOCK_DOCKER: '/bin/false' });
}

/** `docker compose up -d`, by docker itself or behind the shim, which leaves the start to docker. */
export function composeUp(
  setting: Setting,
  program: 'docker' | 'shim',
  project: ComposeProject,
  host: string,
): Command {
  const env = composeEnvironment(setting, host);
  const words = composeWords(project, 'up', '--detach');
  if (program === 'docker') return { argv: [...setting.programs.docker, ...words], env };
  return behindShim(setting, words, { ...env, WARMDOCK_DOCKER: realDocker() });
}

/** By itself: node is a program of this machine. */
function behindShim(
  { programs }: Setting,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Command {
  return { argv: [programs.shim.at(-1) ?? '', ...words], env };
}

/** As many shims at the same time as there are services, in processes of their own. */
export function shimsAtOnce(
  setting: Setting,
  { dir, name }: ComposeProject,
  host: string,
): Command {
  const script = [
    `for each in ${services.join(' ')}; do`,
    `  "$@" buildx build --load -t ${name}-$each ${dir}/$each &`,
    '  running="$running $!"',
    'done',
    'for each in $running; do wait "$each" || exit; done',
  ].join('\n');
  const argv = ['/bin/sh', '-c', script, 'sh', setting.programs.shim.at(-1) ?? ''];
  return { argv, env: { ...environment(setting, host), WARMDOCK_DOCKER: '/bin/false' } };
}

/** Compose's own reading of a project, and its builds side by side by `buildctl`; `undefined` when there is none. */
export function composeFloor(
  setting: Setting,
  project: ComposeProject,
  host: string,
): Command | undefined {
  const { docker, buildctl } = setting.programs;
  if (!buildctl) return undefined;
  const build = `${buildctl.join(' ')} --addr ${setting.builder.address} build --frontend dockerfile.v0`;
  const script = [
    '"$@" --print || exit',
    `for each in ${services.join(' ')}; do`,
    `  ${build} --local context=${project.dir}/$each --local dockerfile=${project.dir}/$each &`,
    '  running="$running $!"',
    'done',
    'for each in $running; do wait "$each" || exit; done',
  ].join('\n');
  const argv = ['/bin/sh', '-c', script, 'sh', ...docker, ...composeWords(project, 'build')];
  return { argv, env: composeEnvironment(setting, host) };
}

function composeEnvironment(setting: Setting, host: string): NodeJS.ProcessEnv {
  return { ...environment(setting, host), DOCKER_CONFIG: dockerConfig() };
}

function composeWords({ dir, name }: ComposeProject, ...command: string[]): string[] {
  return ['compose', '--file', join(dir, 'compose.yaml'), '--project-name', name, ...command];
}

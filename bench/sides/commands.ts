import { dirname, join } from 'node:path';
import { makeDockerConfig, runClient } from '@warmdock/testkit';
import { benchDir } from '../measure/bench-dir.js';
import type { Command } from '../measure/time-command.js';
import type { Setting } from './setting.js';

export interface BuildCommand {
  context: string;
  /** The repository through which `warmdock build` loads; default none. */
  registry?: string;
  /** `DOCKER_HOST` of the daemon to load into. */
  host: string;
}

const dockerConfig = () => join(benchDir(), 'docker-config');
const buildxConfig = () => join(benchDir(), 'buildx');
const nameInBuildx = ({ builder }: Setting) => `bench-${builder.name}`;

/**
 * Makes the builder known to buildx, in a configuration of the bench's own.
 *
 * The configuration is kept: in it lies the id of this machine by which buildx's contexts are known
 * to the builder, and without it a run would begin by sending all of them again.
 */
export async function registerBuilder(setting: Setting): Promise<void> {
  await makeDockerConfig(dockerConfig());
  const name = nameInBuildx(setting);
  const buildx = (...args: string[]) => runBuildx(setting, args);
  await buildx('rm', '--force', name);
  const created = await buildx(
    'create',
    '--name',
    name,
    '--driver',
    'remote',
    setting.builder.address,
  );
  if (created.exitCode !== 0) throw new Error(`buildx create failed: ${created.stderr}`);
}

/** Runs buildx on the setting's builder, untimed. */
export function runBuildx(setting: Setting, args: readonly string[]) {
  const env = { BUILDX_CONFIG: buildxConfig(), BUILDX_BUILDER: nameInBuildx(setting) };
  return runClient('buildx', args, { env, host: setting.testbed.classic.host });
}

/** `warmdock build`, which always loads; its last line says what it did. */
export function warmdockBuild(setting: Setting, build: BuildCommand & { tag: string }): Command {
  const { context, host, tag, registry } = build;
  const way = registry === undefined ? [] : ['--via', 'registry', '--registry', registry];
  const flags = ['--builder', setting.builder.address, '-t', tag, ...way];
  return {
    argv: [...setting.programs.warmdock, 'build', ...flags, context],
    env: environment(setting, host),
  };
}

/** `docker buildx build`, as people type it, with flags such as `--load`. */
export function buildxBuild(setting: Setting, build: BuildCommand & { flags: string[] }): Command {
  const { context, host, flags } = build;
  return {
    argv: [...setting.programs.docker, 'buildx', 'build', ...flags, context],
    env: environment(setting, host),
  };
}

/** The words of `buildxBuild` with `--load`, said to the shim. */
export function shimBuild(setting: Setting, build: BuildCommand & { tag: string }): Command {
  const words = ['buildx', 'build', '--load', '-t', build.tag, build.context];
  const argv = [...setting.programs.shim, ...words];
  return { argv, env: behindShim(setting, build.host) };
}

export function dockerPull(setting: Setting, host: string, reference: string): Command {
  const argv = [...setting.programs.docker, 'pull', reference];
  return { argv, env: environment(setting, host) };
}

/** `docker load` of an archive that is there already: what a daemon needs by itself to take an image in. */
export function dockerLoad(setting: Setting, host: string, archive: string): Command {
  const argv = [...setting.programs.docker, 'load', '--input', archive];
  return { argv, env: environment(setting, host) };
}

/** A cheap command that is no build, on either side of the shim. */
export function dockerVersion(setting: Setting, program: 'docker' | 'shim'): Command {
  const { docker, shim } = setting.programs;
  const words = ['version', '--format', '{{.Client.Version}}'];
  const env = behindShim(setting, setting.testbed.classic.host);
  return { argv: [...(program === 'shim' ? shim : docker), ...words], env };
}

/** Programs that build without loading and that no target is about, by what they are called in a row. */
export function otherBareBuilds(setting: Setting, context: string): Map<string, Command> {
  const { plugin, buildctl } = setting.programs;
  const env = environment(setting, setting.testbed.classic.host);
  const builds = new Map([['docker-buildx build', { argv: [...plugin, 'build', context], env }]]);
  if (buildctl) {
    const locals = ['--local', `context=${context}`, '--local', `dockerfile=${context}`];
    const build = ['--addr', setting.builder.address, 'build', '--frontend', 'dockerfile.v0'];
    builds.set('buildctl build', { argv: [...buildctl, ...build, ...locals], env });
  }
  return builds;
}

/** With the real docker in PATH, where the shim finds it. */
function behindShim(setting: Setting, host: string): NodeJS.ProcessEnv {
  const env = environment(setting, host);
  return { ...env, PATH: `${dirname(setting.programs.docker.at(-1) ?? '')}:${env.PATH}` };
}

/** The same for every program: the user's own, pointed at the testbed. */
export function environment(setting: Setting, host: string): NodeJS.ProcessEnv {
  const { DOCKER_CONTEXT: _, ...env } = process.env;
  return {
    ...env,
    DOCKER_HOST: host,
    DOCKER_CONFIG: dockerConfig(),
    BUILDX_CONFIG: buildxConfig(),
    BUILDX_BUILDER: nameInBuildx(setting),
  };
}

import { randomBytes } from 'node:crypto';
import { outputOf, removeImages, runCommand, useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { planCompose, runPlans } from '../../src/index.js';
import type { ComposeProject } from '../compose-projects.js';
import { folderOf } from './folder.js';

/** The compose that prints its builds, or the one that does not. */
export type Compose = 'compose' | 'oldCompose';

/** Whose compose, whose daemon, and what both sides are told by the environment. */
export interface Surroundings {
  readonly compose: Compose;
  readonly host: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A project under a name of its own, in a folder, for one test. */
export function prepare(project: ComposeProject, { compose, host, env: shared }: Surroundings) {
  const { files, flags = [], env: own = {}, build = {} } = project;
  const name = `it${randomBytes(5).toString('hex')}`;
  const named = Object.entries(files).map(([path, text]) => [path, text.replaceAll('NAME', name)]);
  const { clients } = useTestbed();
  onTestFinished(() => removeImages(host, name));
  const cwd = folderOf(Object.fromEntries(named));
  const env = { ...shared, ...own, DOCKER_HOST: host };
  const program = [...clients.prefix, clients[compose]];
  const projectFlags = ['-p', name, ...flags];
  /** Lets compose do it. */
  const run = (...words: string[]) =>
    runCommand([...program, ...projectFlags, ...words], { cwd, env });
  const plan = () => planCompose({ program, projectFlags, cwd, env, ...build });
  return {
    name,
    run,
    plan,
    buildByCompose: () => outputOf(run(...buildWords(build))),
    async buildByWarmdock() {
      const set = await plan();
      return runPlans(set, {}, { env: set.env });
    },
  };
}

function buildWords({ services = [], ...build }: NonNullable<ComposeProject['build']>): string[] {
  return [
    'build',
    ...(build.withDependencies ? ['--with-dependencies'] : []),
    ...(build.noCache ? ['--no-cache'] : []),
    ...(build.pull ? ['--pull'] : []),
    ...(build.buildArgs ?? []).map((pair) => `--build-arg=${pair}`),
    ...services,
  ];
}

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BuildkitInfo,
  type ImageStore,
  makeDockerConfig,
  outputOf,
  runDocker,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { shim, systemPath } from '../support/shim.js';

/** The builder of buildx's remote driver that both sides know. */
export const builder = 'shared';

export type Side = 'real' | 'shim';

/** One user's machine, with docker on PATH: alone, and behind the shim. */
export interface DockerAndShim {
  /** For what the tests of a file share; goes with it. */
  readonly home: string;
  /** Of the daemon. */
  readonly host: string;
  /** All but PATH; the builder is selected by `BUILDX_BUILDER`. */
  readonly env: Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<Side, string>>;
}

/** The engines of both sides; by default those that every testbed has. */
export interface Engines {
  readonly buildkit?: Pick<BuildkitInfo, 'address'> | undefined;
  readonly store?: ImageStore;
  /** Another daemon than the testbed's with that store. */
  readonly host?: string;
  /** Default the one that prints its builds; the other is 2.26. */
  readonly compose?: 'compose' | 'oldCompose';
  /** Shell commands that stand before this compose and see its words. */
  readonly front?: string;
}

/** Sets both sides up before the tests of a file, or of a `describe`; empty until then. */
export function useDockerAndShim(engines: Engines = {}): DockerAndShim {
  const sides = {} as DockerAndShim;
  beforeAll(async () => void Object.assign(sides, await makeSides(engines)));
  afterAll(() => rmSync(sides.home, { recursive: true }));
  return sides;
}

/** The same for one test. */
export async function dockerAndShimOfTest(engines: Engines = {}): Promise<DockerAndShim> {
  const sides = await makeSides(engines);
  onTestFinished(() => rmSync(sides.home, { recursive: true, force: true }));
  return sides;
}

async function makeSides(engines: Engines): Promise<DockerAndShim> {
  const { buildkit, store = 'classic', host = useTestbed()[store].host } = engines;
  const { buildkits, clients } = useTestbed();
  const { front = '' } = engines;
  const compose = clients[engines.compose ?? 'compose'];
  const home = mkdtempSync(join(tmpdir(), 'warmdock-sides-'));
  const [realFolder, shimFolder] = [folderIn(home, 'real'), folderIn(home, 'shim')];
  const plugins = folderIn(home, 'plugins');
  wrap(join(realFolder, 'docker'), clients.docker);
  wrap(join(realFolder, 'docker-compose'), compose, front);
  // Compose and the shim start plugins themselves.
  wrap(join(plugins, 'docker-compose'), compose, front);
  wrap(join(plugins, 'docker-buildx'), clients.buildx);
  for (const name of ['docker', 'docker-compose']) symlinkSync(shim, join(shimFolder, name));
  const real = `${realFolder}:${systemPath}`;
  const env = {
    HOME: folderIn(home, 'home'),
    DOCKER_HOST: host,
    DOCKER_CONFIG: await makeDockerConfig(folderIn(home, 'config'), {
      cliPluginsExtraDirs: [plugins],
    }),
  };
  const create = ['buildx', 'create', '--name', builder, '--driver', 'remote'];
  await outputOf(runDocker([...create, (buildkit ?? buildkits[0])?.address ?? ''], { env }));
  return {
    home,
    host,
    env: { ...env, BUILDX_BUILDER: builder },
    paths: { real, shim: `${shimFolder}:${real}` },
  };
}

/** Makes a client of the testbed a program that runs on this machine. */
function wrap(path: string, client: string, front = ''): void {
  const words = [...useTestbed().clients.prefix, client].map((word) => `'${word}'`);
  writeFileSync(path, `#!/bin/sh\n${front}\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
}

export function folderIn(parent: string, name: string): string {
  mkdirSync(join(parent, name));
  return join(parent, name);
}

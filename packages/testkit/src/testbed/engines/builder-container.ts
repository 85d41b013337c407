import { randomUUID } from 'node:crypto';
import { inspectImage } from '../../clients/named-images.js';
import { outputOf } from '../../clients/run-command.js';
import { runDocker } from '../../clients/run-docker.js';
import { buildkitImage, buildkitVariable } from '../../images/buildkit-image.js';
import { loadTestImage } from '../../images/load.js';
import type { EngineInfo } from '../info.js';
import { currentRootfs } from '../rootfs/current-rootfs.js';

type Daemon = Pick<EngineInfo, 'host' | 'socket'>;

/** By a registry where nobody listens: what wants to pull it is refused at once, and takes what is there. */
export const buildkitImageName = '127.0.0.1:1/buildkit:testkit';

export interface BuilderContainerOptions {
  daemon: Daemon;
  /** The BuildKit that it leads to: `tcp://host:port`. */
  buildkit: string;
}

export interface BuilderContainer extends AsyncDisposable {
  readonly name: string;
  /** Its daemon. */
  readonly host: string;
  /** Runs docker's command of that name on it, such as `pause`. */
  docker(command: string, ...flags: string[]): Promise<void>;
}

/** Gives the daemon the image that builders of buildx's driver docker-container are made of, unless it has it. */
export async function loadBuildkitImage(daemon: Daemon): Promise<void> {
  if (await inspectImage(daemon.host, buildkitImageName)) return;
  await loadTestImage(daemon, await buildkitImage(await currentRootfs(), buildkitImageName));
}

/** The flags by which buildx makes such a builder out of the image. */
export function containerDriver(buildkit: string): string[] {
  const options = [
    `image=${buildkitImageName}`,
    'network=host',
    `env.${buildkitVariable}=${buildkit}`,
  ];
  return ['--driver', 'docker-container', ...options.flatMap((each) => ['--driver-opt', each])];
}

/** Starts a container with a BuildKit in it, as far as those can tell who ask for `buildctl dial-stdio`. */
export async function startBuilderContainer({
  daemon,
  buildkit,
}: BuilderContainerOptions): Promise<BuilderContainer> {
  const { host } = daemon;
  await loadBuildkitImage(daemon);
  const name = `builder-${randomUUID().slice(0, 8)}`;
  const flags = [
    '--detach',
    '--init',
    '--network',
    'host',
    '--env',
    `${buildkitVariable}=${buildkit}`,
  ];
  await outputOf(runDocker(['run', '--name', name, ...flags, buildkitImageName], { host }));
  return {
    name,
    host,
    async docker(command, ...more) {
      await outputOf(runDocker([command, ...more, name], { host }));
    },
    async [Symbol.asyncDispose]() {
      await runDocker(['rm', '--force', name], { host });
    },
  };
}

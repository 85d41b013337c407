import { join } from 'node:path';
import { findClients, writeDockerConfig } from '../testbed/engines/clients.js';
import type { ClientsInfo } from '../testbed/info.js';
import { testbedDir } from '../testbed/paths.js';
import { currentRootfs } from '../testbed/rootfs/current-rootfs.js';
import { readTestbed } from '../testbed/state.js';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.js';

export type Client =
  | 'docker'
  | 'buildx'
  | 'compose'
  | 'oldCompose'
  | 'crane'
  | 'oras'
  | 'podman'
  | 'skopeo';

export interface ClientOptions extends Partial<Omit<CommandOptions, 'env'>> {
  /** `DOCKER_HOST`, as in `testbed.classic.host`. */
  host?: string;
  /** Added to a clean environment of PATH, HOME, DOCKER_HOST and DOCKER_CONFIG. */
  env?: Record<string, string>;
}

/** Runs the rootfs's `docker`, with buildx and compose as plugins. */
export function runDocker(args: readonly string[], options: ClientOptions = {}) {
  return runClient('docker', args, options);
}

/** Runs a client of the rootfs; nothing of the caller's Docker settings reaches it. */
export async function runClient(
  client: Client,
  args: readonly string[],
  { host, env, ...rest }: ClientOptions = {},
): Promise<CommandResult> {
  const clients = await currentClients();
  const program = clients[client];
  if (program === undefined) throw new Error(`the root filesystem has no ${client}`);
  const needsLibraries = client === 'podman' || client === 'skopeo';
  const prefix = needsLibraries ? clients.libraryPrefix : clients.prefix;
  return runCommand([...prefix, program, ...args], {
    ...rest,
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: process.env.HOME ?? '/root',
      DOCKER_CONFIG: clients.configDir,
      ...(host !== undefined && { DOCKER_HOST: host }),
      ...env,
    },
  });
}

/** Writes a docker configuration folder that finds the plugins; `config` is merged into its config.json. */
export async function makeDockerConfig(dir: string, config: object = {}): Promise<string> {
  await writeDockerConfig(dir, (await currentClients()).pluginDir, config);
  return dir;
}

async function currentClients(): Promise<ClientsInfo> {
  const dir = testbedDir();
  return (
    readTestbed(dir)?.clients ?? findClients(await currentRootfs(), join(dir, 'docker-config'))
  );
}

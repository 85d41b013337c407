import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HostCapability, HostTls, RegistryHost } from '../http/registry-host.js';
import { readCertsD } from './certs-d.js';
import { readHostsToml } from './hosts-toml.js';

/** Who answers for a registry, in the order in which they are asked. */
export interface RegistryHosts {
  readonly mirrors: readonly RegistryHost[];
  readonly origin: RegistryHost;
}

export interface RegistryHostsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Whether the registry is spoken to without TLS; asked where no file names its server. */
  readonly isPlain: (tls: HostTls) => Promise<boolean>;
  /** Folders with one folder for each registry; default docker's and containerd's. */
  readonly certsDirectories?: readonly string[] | undefined;
}

const hub = 'docker.io';
const hubServer = 'registry-1.docker.io';
const all: ReadonlySet<HostCapability> = new Set(['pull', 'resolve', 'push', 'referrers']);
const connectTimeoutMs = 30_000;

/** Reads what this machine says of a registry. Throws `INVALID_ARGUMENT` for files that are broken. */
export async function registryHosts(
  registry: string,
  { env, isPlain, certsDirectories = defaultDirectories(env) }: RegistryHostsOptions,
): Promise<RegistryHosts> {
  const [certificates, file] = await Promise.all([
    readCertsD(certsDirectories, registry),
    readHostsToml(certsDirectories, registry),
  ]);
  return {
    mirrors: file?.mirrors ?? [],
    origin: file?.server ?? (await originOf(registry, certificates, isPlain)),
  };
}

async function originOf(
  registry: string,
  tls: HostTls,
  isPlain: RegistryHostsOptions['isPlain'],
): Promise<RegistryHost> {
  const server = registry === hub ? hubServer : registry;
  const scheme = (await isPlain(tls)) ? 'http' : 'https';
  const base = new URL(`${scheme}://${server}/v2/`);
  return { base, capabilities: all, headers: {}, tls, connectTimeoutMs };
}

/** Docker's as a user without root has them, docker's, containerd's. */
function defaultDirectories(env: NodeJS.ProcessEnv): string[] {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return [join(config, 'docker/certs.d'), '/etc/docker/certs.d', '/etc/containerd/certs.d'];
}

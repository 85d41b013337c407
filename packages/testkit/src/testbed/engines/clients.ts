import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClientsInfo } from '../info.js';

const run = promisify(execFile);

/**
 * Where the rootfs keeps its clients, and how they run here: directly when this machine's C library
 * is recent enough for them, else in a mount namespace with the rootfs's /usr over the machine's,
 * which costs some 20 ms a call. Writes a docker configuration that knows the plugins to `configDir`.
 */
export async function findClients(rootfs: string, configDir: string): Promise<ClientsInfo> {
  const pluginDir = join(rootfs, 'usr/libexec/docker/cli-plugins');
  await writeDockerConfig(configDir, pluginDir);
  const program = (name: string) => join(rootfs, 'usr/bin', name);
  const crane = program('crane');
  const docker = program('docker');
  const oras = program('oras');
  return {
    prefix: (await runsDirectly(docker)) ? [] : namespacePrefix(rootfs),
    libraryPrefix: namespacePrefix(rootfs),
    docker,
    buildx: join(pluginDir, 'docker-buildx'),
    compose: join(pluginDir, 'docker-compose'),
    oldCompose: join(rootfs, 'opt/old-compose/docker-compose'),
    ...(existsSync(crane) && { crane }),
    ...(existsSync(oras) && { oras }),
    podman: program('podman'),
    skopeo: program('skopeo'),
    pluginDir,
    configDir,
  };
}

/** `config` is merged into the folder's config.json. */
export async function writeDockerConfig(dir: string, pluginDir: string, config: object = {}) {
  await mkdir(dir, { recursive: true });
  const content = { cliPluginsExtraDirs: [pluginDir], ...config };
  await writeFile(join(dir, 'config.json'), JSON.stringify(content));
}

async function runsDirectly(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}

/** Everything but the programs and libraries stays the machine's own: files, sockets, the working folder. */
export function namespacePrefix(rootfs: string): string[] {
  return ['unshare', '--mount', '--propagation', 'private', ...programsPrefix(rootfs)];
}

/** The same for what runs in a mount namespace that is its own already. */
export function programsPrefix(rootfs: string): string[] {
  return ['sh', '-c', 'mount --bind "$0" /usr && exec "$@"', join(rootfs, 'usr')];
}

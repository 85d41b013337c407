import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder } from '../file-systems/unmount-below.js';
import { currentRootfs } from '../rootfs/current-rootfs.js';
import { newStateDir } from './new-state-dir.js';
import { acceptsConnections, answersOk, freePort } from './probes.js';
import { untilReady } from './ready.js';
import { startRootfsProcess } from './rootfs-process.js';

export interface RegistryOptions {
  /** Default: that of the testbed. */
  rootfs?: string;
  /** Folder for data and logs, which stays. Default: a new one below the testbed, removed with the registry. */
  stateDir?: string;
  /** PEM files by which it speaks TLS; with `clientCa` it wants a client's certificate. Default: plain HTTP. */
  tls?: { cert: string; key: string; clientCa?: string };
  /** The `auth` part of its configuration, in which `/srv` is where `files` are. Default: anybody may. */
  auth?: object;
  files?: Readonly<Record<string, string>>;
}

export interface Registry extends AsyncDisposable {
  /** `host:port`, the first part of a reference. */
  readonly address: string;
  readonly logPath: string;
}

/** Starts an empty registry of Debian's `docker-registry`; resolves when it answers. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const rootfs = options.rootfs ?? (await currentRootfs());
  const stateDir = options.stateDir ?? (await newStateDir('registry'));
  const port = await freePort();
  await mkdir(join(stateDir, 'data'), { recursive: true });
  await putFiles(stateDir, options);
  await writeFile(join(stateDir, 'config.json'), JSON.stringify(configOf(port, options), null, 2));
  const registry = startRootfsProcess({
    rootfs,
    stateDir,
    command: ['docker-registry', 'serve', '/srv/config.json'],
    logPath: join(stateDir, 'registry.log'),
  });
  const dispose = async () => {
    await registry.kill();
    if (!options.stateDir) await removeFolder(stateDir);
  };
  try {
    const isOpen = !options.tls && !options.auth;
    const ping = () =>
      isOpen
        ? answersOk({ host: '127.0.0.1', port, path: '/v2/' })
        : acceptsConnections({ host: '127.0.0.1', port });
    await untilReady('registry', registry, ping);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    address: `127.0.0.1:${port}`,
    logPath: registry.logPath,
    [Symbol.asyncDispose]: dispose,
  };
}

async function putFiles(stateDir: string, { tls, files = {} }: RegistryOptions): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(stateDir, name), text);
  if (!tls) return;
  await copyFile(tls.cert, join(stateDir, 'tls-cert.pem'));
  await copyFile(tls.key, join(stateDir, 'tls-key.pem'));
  if (tls.clientCa) await copyFile(tls.clientCa, join(stateDir, 'tls-clients.pem'));
}

/** JSON is YAML. */
function configOf(port: number, { tls, auth }: RegistryOptions) {
  return {
    version: 0.1,
    log: { accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: '/srv/data' }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      ...(tls && {
        tls: {
          certificate: '/srv/tls-cert.pem',
          key: '/srv/tls-key.pem',
          ...(tls.clientCa && { clientcas: ['/srv/tls-clients.pem'] }),
        },
      }),
    },
    ...(auth && { auth }),
  };
}

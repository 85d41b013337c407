import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertSocketPath } from '../paths.js';
import type { Certificates } from './certificates.js';
import { acceptsConnections, freePort } from './probes.js';
import { untilReady } from './ready.js';
import { startRootfsProcess } from './rootfs-process.js';

export interface BuildkitdOptions {
  /** The buildkitd program; it is copied, so a new one may be compiled meanwhile. */
  program: string;
  rootfs: string;
  stateDir: string;
  /** Demand client certificates; the unix socket then does too. */
  certificates?: Certificates;
}

export interface Buildkitd extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT` */
  readonly address: string;
  /** `unix://path` */
  readonly unixAddress: string;
  readonly logPath: string;
}

/** Starts a stand-alone buildkitd on the rootfs's runc; resolves when it accepts connections. */
export async function startBuildkitd(options: BuildkitdOptions): Promise<Buildkitd> {
  const { rootfs, stateDir } = options;
  await mkdir(stateDir, { recursive: true });
  const socket = assertSocketPath(join(stateDir, 'buildkitd.sock'));
  const port = await freePort();
  await copyFile(options.program, join(stateDir, 'buildkitd'));
  await writeFile(join(stateDir, 'buildkitd.toml'), '');
  const buildkitd = startRootfsProcess({
    rootfs,
    stateDir,
    command: ['docker-init', '--', '/srv/buildkitd', ...(await argvOf(options, port))],
    logPath: join(stateDir, 'buildkitd.log'),
  });
  try {
    const probe = async () =>
      (await acceptsConnections({ path: socket })) &&
      (await acceptsConnections({ host: '127.0.0.1', port }));
    await untilReady('buildkitd', buildkitd, probe);
  } catch (error) {
    await buildkitd.kill();
    throw error;
  }
  return {
    address: `tcp://127.0.0.1:${port}`,
    unixAddress: `unix://${socket}`,
    logPath: buildkitd.logPath,
    [Symbol.asyncDispose]: buildkitd.kill,
  };
}

async function argvOf({ stateDir, certificates }: BuildkitdOptions, port: number) {
  const place = ['--config', '/srv/buildkitd.toml', '--root', '/srv/data'];
  const listeners = ['--addr', 'unix:///srv/buildkitd.sock', '--addr', `tcp://127.0.0.1:${port}`];
  const worker = ['--containerd-worker=false', '--oci-worker-net', 'host'];
  return [...place, ...listeners, ...worker, ...(await tlsArgs(stateDir, certificates))];
}

async function tlsArgs(stateDir: string, certificates: Certificates | undefined) {
  if (certificates === undefined) return [];
  const files = [
    ['--tlscacert', 'ca.pem', certificates.ca],
    ['--tlscert', 'server.pem', certificates.serverCert],
    ['--tlskey', 'server-key.pem', certificates.serverKey],
  ] as const;
  await Promise.all(files.map(([, name, path]) => copyFile(path, join(stateDir, name))));
  return files.flatMap(([flag, name]) => [flag, `/srv/${name}`]);
}

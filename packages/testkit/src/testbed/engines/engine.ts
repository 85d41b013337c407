import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder } from '../file-systems/unmount-below.js';
import type { ImageStore } from '../info.js';
import { assertSocketPath } from '../paths.js';
import { currentRootfs } from '../rootfs/current-rootfs.js';
import { newStateDir } from './new-state-dir.js';
import { answersOk } from './probes.js';
import { startFailure, untilReady } from './ready.js';
import { type BindMount, type RootfsProcess, startRootfsProcess } from './rootfs-process.js';
import { type OlderVersion, withVersion } from './versions.js';

export interface EngineOptions {
  store: ImageStore;
  /** Default: that of the testbed. */
  rootfs?: string;
  /** Folder for sockets, data and logs; it is removed with the engine. Default: a new one below the testbed. */
  stateDir?: string;
  /** A folder of this machine for its data, seen under the same path; it stays. Default: one in `stateDir`. */
  dataRoot?: string;
  /** Keep its data in memory, for as long as it runs: it waits for no disk then. Default: false. */
  inMemory?: boolean;
  /** What it sees of this machine besides. Default: `dataRoot`. */
  mounts?: readonly BindMount[];
  /** Start an external containerd with this root. Default: dockerd starts it, in its own root. */
  containerdRoot?: string;
  /** Default: that of the root filesystem's suite. */
  version?: OlderVersion;
}

const STOP_TIMEOUT_MS = 30_000;

/** Seen from its namespace. */
const ownData = '/srv/data';
const externalContainerd = fileURLToPath(new URL('external-containerd.sh', import.meta.url));

export interface Engine extends AsyncDisposable {
  readonly store: ImageStore;
  readonly socket: string;
  /** For `DOCKER_HOST`. */
  readonly host: string;
  readonly pid: number;
  readonly logPath: string;
  /** Kills the daemon with all its children, as a crash would; its folder stays until disposal. */
  kill(): Promise<void>;
  /** Ends the daemon as a service manager does, and resolves when it has; throws when it does not end well. */
  stop(): Promise<void>;
}

/**
 * Starts a dockerd of its own, empty, without networks; resolves when it answers.
 * Throws with the tail of its log when it does not.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const rootfs = options.rootfs ?? (await currentRootfs());
  const stateDir = options.stateDir ?? (await newStateDir('engine'));
  await mkdir(stateDir, { recursive: true });
  const socket = assertSocketPath(join(stateDir, 'docker.sock'));
  await writeFile(join(stateDir, 'daemon.json'), JSON.stringify(configOf(options), null, 2));
  await copyFile(externalContainerd, join(stateDir, 'external-containerd.sh'));
  const daemon = startRootfsProcess({
    rootfs,
    stateDir,
    mounts: mountsOf(options),
    command: ['docker-init', '--', ...commandOf(options)],
    logPath: join(stateDir, 'dockerd.log'),
  });
  const dispose = async () => {
    await daemon.kill();
    await removeFolder(stateDir);
  };
  try {
    const ping = () => answersOk({ socketPath: socket, path: '/_ping' });
    await untilReady(`dockerd (${options.store} store)`, daemon, ping);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    store: options.store,
    socket,
    host: `unix://${socket}`,
    pid: daemon.pid,
    logPath: daemon.logPath,
    kill: daemon.kill,
    stop: () => stop(daemon),
    [Symbol.asyncDispose]: dispose,
  };
}

/** Paths are those inside the namespace; exec-root and pid file stay at their defaults in its own /run. */
function configOf({ store, dataRoot = ownData, version }: EngineOptions) {
  return {
    // Docker 20 makes a key at every start, by default in /etc.
    ...(version === '20' && { 'deprecated-key-path': '/srv/key.json' }),
    'data-root': dataRoot,
    hosts: ['unix:///srv/docker.sock'],
    'storage-driver': store === 'classic' ? 'overlay2' : 'overlayfs',
    features: { 'containerd-snapshotter': store === 'containerd' },
    bridge: 'none',
    iptables: false,
    ip6tables: false,
  };
}

function commandOf({ containerdRoot, version }: EngineOptions): string[] {
  const dockerd = ['dockerd', '--config-file', '/srv/daemon.json'];
  const both = containerdRoot
    ? ['sh', '/srv/external-containerd.sh', containerdRoot, ...dockerd]
    : dockerd;
  return [...withVersion(version), ...both];
}

function mountsOf({ dataRoot, inMemory, mounts }: EngineOptions): readonly BindMount[] {
  if (inMemory) return [{ source: 'tmpfs', target: ownData, readOnly: false }];
  if (mounts !== undefined || dataRoot === undefined) return mounts ?? [];
  return [{ source: dataRoot, target: dataRoot, readOnly: false }];
}

async function stop(daemon: RootfsProcess): Promise<void> {
  const timeout = setTimeout(daemon.kill, STOP_TIMEOUT_MS);
  const exitCode = await daemon.terminate();
  clearTimeout(timeout);
  if (exitCode !== 0) throw await startFailure(`dockerd ended with ${exitCode}`, daemon);
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startContained } from './contained.js';
import { currentRootfs } from './current-rootfs.js';
import { assertSocketPath, testbedDir } from './paths.js';
import { answersOk } from './probes.js';
import { untilReady } from './ready.js';

/** Which of dockerd's two image stores: graph drivers, or containerd's content and snapshots. */
export type ImageStore = 'classic' | 'containerd';

export interface EngineOptions {
  store: ImageStore;
  /** Default: that of the testbed. */
  rootfs?: string;
  /** Folder for sockets, data and logs; it is removed with the engine. Default: a new one below the testbed. */
  stateDir?: string;
}

export interface Engine extends AsyncDisposable {
  readonly store: ImageStore;
  readonly socket: string;
  /** For `DOCKER_HOST`. */
  readonly host: string;
  readonly pid: number;
  readonly logPath: string;
  /** Kills the daemon with all its children, as a crash would; its folder stays until disposal. */
  kill(): Promise<void>;
}

/**
 * Starts a dockerd of its own, empty, without networks; resolves when it answers.
 * Throws with the tail of its log when it does not.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const rootfs = options.rootfs ?? (await currentRootfs());
  const stateDir = options.stateDir ?? (await newStateDir());
  await mkdir(stateDir, { recursive: true });
  const socket = assertSocketPath(join(stateDir, 'docker.sock'));
  await writeFile(join(stateDir, 'daemon.json'), JSON.stringify(configOf(options.store), null, 2));
  const daemon = startContained({
    rootfs,
    stateDir,
    command: ['docker-init', '--', 'dockerd', '--config-file', '/srv/daemon.json'],
    logPath: join(stateDir, 'dockerd.log'),
  });
  const dispose = async () => {
    await daemon.kill();
    await rm(stateDir, { recursive: true, force: true });
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
    [Symbol.asyncDispose]: dispose,
  };
}

/** Paths are those inside the namespace; exec-root and pid file stay at their defaults in its own /run. */
function configOf(store: ImageStore) {
  return {
    'data-root': '/srv/data',
    hosts: ['unix:///srv/docker.sock'],
    'storage-driver': store === 'classic' ? 'overlay2' : 'overlayfs',
    features: { 'containerd-snapshotter': store === 'containerd' },
    bridge: 'none',
    iptables: false,
    ip6tables: false,
  };
}

async function newStateDir(): Promise<string> {
  const parent = testbedDir();
  if (!existsSync(parent)) await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'engine-'));
}

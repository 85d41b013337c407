import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageStore } from '../../data-root/tree.js';
import type { Clone } from '../../store/golden-store.js';
import type { Companion } from './namespaced-process.js';

/** Who starts containerd: dockerd, with a root in its own data root, or somebody else, apart from it. */
export type ContainerdPlace = 'dockerd' | 'apart';

/** How a daemon is set up; what its data has of the golden goes over it. */
export interface DockerdSetUp {
  /** Program and first arguments; default `['dockerd']`. */
  readonly command?: readonly string[] | undefined;
  /** Further arguments, such as `--bridge=none`; beside the machine's own daemon it needs a bridge of its own, or none. */
  readonly args?: readonly string[] | undefined;
  /**
   * Content of its `daemon.json`, such as registry mirrors; the machine's own is not read. Its `exec-opts`,
   * or `--exec-opt` in `args`, stand in the place of `native.cgroupdriver=cgroupfs`.
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** For a project's first build; default: what the daemon takes by itself. Later ones keep their golden's. */
  readonly imageStore?: ImageStore | undefined;
  /** For a project's first build; default `dockerd`. Later ones keep their golden's. */
  readonly containerd?: ContainerdPlace | undefined;
  /** Program and first arguments of a containerd apart from dockerd; default `['containerd']`. */
  readonly containerdCommand?: readonly string[] | undefined;
}

/** What runs on a clone. */
export interface ReadyDockerd {
  readonly command: readonly string[];
  readonly companion: Companion | undefined;
  /** What is to be written before it starts: content by path. */
  readonly files: Readonly<Record<string, string>>;
  /** For `DOCKER_HOST`. */
  readonly host: string;
}

/** Sockets and state of a containerd apart; here dockerd looks for one that runs already, too. */
export const containerdState = '/run/containerd';
const containerdSocket = join(containerdState, 'containerd.sock');

/** `folder` is for its sockets, pid file and configuration. */
export async function setUpDockerd(
  clone: Clone,
  folder: string,
  options: DockerdSetUp,
): Promise<ReadyDockerd> {
  const { command = ['dockerd'], args = [] } = options;
  const isApart = (await placeOf(clone, options)) === 'apart';
  const host = `unix://${join(folder, 'docker.sock')}`;
  const config = join(folder, 'daemon.json');
  const places = {
    'config-file': config,
    'data-root': clone.dataRoot,
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'docker.pid'),
    host,
    ...(isApart && { containerd: containerdSocket }),
  };
  const flags = Object.entries(places).map(([name, value]) => `--${name}=${value}`);
  const containerd = isApart ? setUpContainerd(clone, folder, options) : undefined;
  return {
    command: [...command, ...flags, ...args],
    companion: containerd?.companion,
    files: { [config]: JSON.stringify(configOf(clone, options)), ...containerd?.files },
    host,
  };
}

async function placeOf(clone: Clone, { containerd = 'dockerd' }: DockerdSetUp) {
  if (clone.generation === undefined) return containerd;
  const names = await readdir(clone.containerdRoot).catch(() => []);
  return names.length > 0 ? 'apart' : 'dockerd';
}

/** Without Kubernetes' interface, which wants a port and plugins of its own; nothing outside of its folders. */
function setUpContainerd(
  { containerdRoot }: Clone,
  folder: string,
  { containerdCommand = ['containerd'] }: DockerdSetUp,
) {
  const path = join(folder, 'containerd.toml');
  const toml = [
    'version = 2',
    `root = ${JSON.stringify(containerdRoot)}`,
    `state = ${JSON.stringify(containerdState)}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = ${JSON.stringify(containerdSocket)}`,
    '[plugins."io.containerd.internal.v1.opt"]',
    `path = ${JSON.stringify(join(folder, 'opt'))}`,
    '',
  ];
  return {
    companion: { command: [...containerdCommand, '--config', path], socket: containerdSocket },
    files: { [path]: toml.join('\n') },
  };
}

/**
 * With systemd's driver, which dockerd chooses by itself, it tells systemd pids of its own pid namespace:
 * those are other processes there, or none. A `--exec-opt` beside the file would keep it from starting.
 */
const ownCgroups = { 'exec-opts': ['native.cgroupdriver=cgroupfs'] };
const execOption = /^--exec-opt(=|$)/;

/** Flags that daemons of all versions know; a feature that one does not know it passes over. */
function configOf({ imageStore: kept }: Clone, options: DockerdSetUp) {
  const imageStore = kept ?? options.imageStore;
  const hasOwn = options.args?.some((arg) => execOption.test(arg));
  const config = { ...(hasOwn ? {} : ownCgroups), ...options.config };
  if (imageStore === undefined) return config;
  const features = (options.config?.features ?? {}) as object;
  return {
    ...config,
    'storage-driver': imageStore === 'classic' ? 'overlay2' : 'overlayfs',
    features: { ...features, 'containerd-snapshotter': imageStore === 'containerd' },
  };
}

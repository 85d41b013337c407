import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageStore } from '../../data-root/tree.js';
import type { Clone } from '../../store/golden-store.js';
import type { Companion } from './namespaced-process.js';

/** Who starts containerd: dockerd, with a root in its data root, or the launcher (`external`). */
export type ContainerdMode = 'dockerd' | 'external';

/** How a daemon is started. What the golden already has overrides it. */
export interface DockerdOptions {
  /** Program and first arguments; default `['dockerd']`. */
  readonly command?: readonly string[] | undefined;
  /**
   * More arguments, such as `--bridge=none`. Beside the machine's own daemon it needs a bridge of its
   * own, or none.
   */
  readonly args?: readonly string[] | undefined;
  /**
   * Content of its `daemon.json`, such as registry mirrors; the machine's own is not read. Its
   * `exec-opts`, or `--exec-opt` in `args`, replace `native.cgroupdriver=cgroupfs`.
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Of a project's first build; default: the daemon's own default. Later builds keep the golden's. */
  readonly imageStore?: ImageStore | undefined;
  /** Of a project's first build; default `dockerd`. Later builds keep the golden's. */
  readonly containerd?: ContainerdMode | undefined;
  /** Program and first arguments of an external containerd; default `['containerd']`. */
  readonly containerdCommand?: readonly string[] | undefined;
  /** Variables beside PATH, HOME and the like, such as proxies. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How long it may take to answer; default 60,000. */
  readonly readyTimeoutMs?: number | undefined;
  /** How long it may take to stop; default 60,000. */
  readonly stopTimeoutMs?: number | undefined;
}

/** What to start on a clone. */
export interface DockerdPlan {
  readonly command: readonly string[];
  readonly companion: Companion | undefined;
  /** Files to write before it starts: content by path. */
  readonly files: Readonly<Record<string, string>>;
  /** For `DOCKER_HOST`. */
  readonly host: string;
}

/** Sockets and state of an external containerd. dockerd looks here for a running one, too. */
export const containerdState = '/run/containerd';
const containerdSocket = join(containerdState, 'containerd.sock');

/** `folder` is for its sockets, pid file and configuration. */
export async function planDockerd(
  clone: Clone,
  folder: string,
  options: DockerdOptions,
): Promise<DockerdPlan> {
  const { command = ['dockerd'], args = [] } = options;
  const isExternal = (await containerdModeOf(clone, options)) === 'external';
  const host = `unix://${join(folder, 'docker.sock')}`;
  const config = join(folder, 'daemon.json');
  const places = {
    'config-file': config,
    'data-root': clone.dataRoot,
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'docker.pid'),
    host,
    ...(isExternal && { containerd: containerdSocket }),
  };
  const flags = Object.entries(places).map(([name, value]) => `--${name}=${value}`);
  const containerd = isExternal ? planContainerd(clone, folder, options) : undefined;
  return {
    command: [...command, ...flags, ...args],
    companion: containerd?.companion,
    files: { [config]: JSON.stringify(configOf(clone, options)), ...containerd?.files },
    host,
  };
}

async function containerdModeOf(clone: Clone, { containerd = 'dockerd' }: DockerdOptions) {
  if (clone.generation === undefined) return containerd;
  const names = await readdir(clone.containerdRoot).catch(() => []);
  return names.length > 0 ? 'external' : 'dockerd';
}

/** Without the CRI plugin, which needs a port and plugins. Writes nothing outside its folders. */
function planContainerd(
  { containerdRoot }: Clone,
  folder: string,
  { containerdCommand = ['containerd'] }: DockerdOptions,
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
 * dockerd's default is systemd's driver, which would give systemd pids of its own pid namespace:
 * other processes, or none. It does not start with `--exec-opt` both here and in its arguments.
 */
const ownCgroups = { 'exec-opts': ['native.cgroupdriver=cgroupfs'] };
const execOption = /^--exec-opt(=|$)/;

/** Keys that daemons of all versions know; they ignore unknown features. */
function configOf({ imageStore: kept }: Clone, options: DockerdOptions) {
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

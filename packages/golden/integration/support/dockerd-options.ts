import { type OlderVersion, programsPrefix, withVersion } from '@warmdock/testkit';
import type { DockerdOptions, ImageStore } from '../../src/index.js';

/** The testbed's dockerd, on this machine's own files but for its programs. */
export function dockerdOptions(
  rootfs: string,
  imageStore: ImageStore,
  version?: OlderVersion,
): DockerdOptions {
  return {
    command: [...programsPrefix(rootfs), ...withVersion(version, rootfs), 'dockerd'],
    args: ['--bridge=none', '--iptables=false', '--ip6tables=false'],
    imageStore,
  };
}

/** The same beside a containerd of its own. */
export function externalContainerdOptions(rootfs: string): DockerdOptions {
  return {
    ...dockerdOptions(rootfs, 'containerd'),
    containerd: 'external',
    containerdCommand: [...programsPrefix(rootfs), 'containerd'],
  };
}

import { namespacePrefix } from '@warmdock/testkit';
import type { DockerdOptions, ImageStore } from '../../src/index.js';

/** The testbed's dockerd, on this machine's own files but for its programs. */
export function dockerdOptions(rootfs: string, imageStore: ImageStore): DockerdOptions {
  return {
    command: [...namespacePrefix(rootfs), 'dockerd'],
    args: ['--bridge=none', '--iptables=false', '--ip6tables=false'],
    imageStore,
  };
}

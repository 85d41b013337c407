import { join } from 'node:path';

/** Major versions of dockerd that the root filesystem has besides its own, each with its containerd and runc. */
export type OlderVersion = '20' | '26';

/** The environment in which `dockerd` is this version, inside the root filesystem. */
export function environmentOf(version: OlderVersion | undefined): string[] {
  if (version === undefined) return [];
  const folder = join('/opt', `docker-${version}`);
  const path = ['bin', 'sbin'].map((name) => join(folder, name));
  return [
    'env',
    `PATH=${[...path, '/usr/sbin:/usr/bin:/sbin:/bin'].join(':')}`,
    `LD_LIBRARY_PATH=${join(folder, 'lib')}`,
  ];
}

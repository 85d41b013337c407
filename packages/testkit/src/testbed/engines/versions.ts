/** Major versions of dockerd that the root filesystem has besides its own, each with its containerd and runc. */
export type OlderVersion = '20' | '26';

/** The command that runs another one so that it finds the programs of this version first; `rootfs` is where it sees that. */
export function withVersion(version: OlderVersion | undefined, rootfs = ''): string[] {
  if (version === undefined) return [];
  const folder = `${rootfs}/opt/docker-${version}`;
  const path = `${folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  return ['env', `PATH=${path}`, `LD_LIBRARY_PATH=${folder}/lib`];
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { type DockerdOptions, dockerdLauncher, openStore } from '../../src/index.js';
import { dockerdOptions } from '../support/dockerd-options.js';
import { newFolder } from '../support/store-folder.js';

/**
 * What a machine with systemd and cgroup v2 shows, in the daemon's own mount namespace: by that dockerd
 * chooses systemd's driver. The rest of `/run` is as it was.
 */
const withSystemd = `
set -eu
mount --rbind /run "$1"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
for path in "$1"/*; do
  name=/run/\${path##*/}
  [ -d "$path" ] && [ ! -e "$name" ] || continue
  mkdir "$name"
  mount --rbind "$path" "$name"
done
mount -t cgroup2 cgroup2 /sys/fs/cgroup
shift
exec "$@"`;

/** The driver that the launcher's daemon tells. */
async function driverOf({ command = [], ...options }: DockerdOptions): Promise<string> {
  const folder = newFolder();
  const [run, logPath] = [join(folder, 'run'), join(folder, 'log')];
  await mkdir(run);
  const store = await openStore(join(folder, 'store'));
  const clone = await store.clone({ project: 'app', session: 's', allowEmpty: true });
  const launch = dockerdLauncher({
    ...options,
    command: ['sh', '-c', withSystemd, 'sh', run, ...command],
  });
  await using daemon = await launch(clone, { signal: AbortSignal.timeout(60_000), logPath });
  const info = ['info', '--format', '{{.CgroupDriver}} {{.CgroupVersion}}'];
  return (await outputOf(runDocker(info, { host: daemon.host }))).trim();
}

test.each([[undefined], ['26'], ['20']] as const)(
  'dockerd (%s) hands no process of its own pid namespace to the systemd of the machine',
  async (version) => {
    const options = dockerdOptions(useTestbed().rootfs, 'classic', version);
    const config = version === '20' ? { 'deprecated-key-path': join(newFolder(), 'key.json') } : {};
    expect(await driverOf({ ...options, config })).toBe('cgroupfs 2');
  },
);

test.each([
  ['config', { config: { 'exec-opts': ['native.cgroupdriver=systemd'] } }],
  ['args', { args: ['--exec-opt', 'native.cgroupdriver=systemd'] }],
] as const)('%s of its user count', async (_, { args = [], ...options }: DockerdOptions) => {
  const { command, args: own = [] } = dockerdOptions(useTestbed().rootfs, 'classic');
  expect(await driverOf({ command, args: [...own, ...args], ...options })).toBe('systemd 2');
});

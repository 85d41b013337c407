import { existsSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFileSystem, outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type DockerdOptions,
  dockerdLauncher,
  openStore,
  runGoldenBuild,
  type StrategyName,
} from '../../src/index.js';
import { dockerdOptions, externalContainerdOptions } from '../support/dockerd-options.js';
import { folderDigest } from '../support/folder-digest.js';
import { bootSession, scriptTools, usersOf } from '../support/golden-builds.js';
import { newFolder } from '../support/store-folder.js';

const project = 'app';

interface Setting {
  readonly daemon: (rootfs: string) => DockerdOptions;
  /** Default `layer-link`. */
  readonly strategy?: StrategyName;
  /** Default: that of this machine's disk. */
  readonly fileSystem?: 'btrfs' | 'xfs';
}

const classic = (rootfs: string) => dockerdOptions(rootfs, 'classic');
const containerd = (rootfs: string) => dockerdOptions(rootfs, 'containerd');

const settings: [string, Setting][] = [
  ['the classic store', { daemon: classic }],
  ['the containerd store', { daemon: containerd }],
  ['an external containerd', { daemon: externalContainerdOptions }],
  ['Docker 26', { daemon: (rootfs) => dockerdOptions(rootfs, 'classic', '26') }],
  [
    'Docker 20.10',
    {
      daemon: (rootfs) => ({
        ...dockerdOptions(rootfs, 'classic', '20'),
        // It makes a key at every start, by default in /etc.
        config: { 'deprecated-key-path': join(newFolder(), 'key.json') },
      }),
    },
  ],
  ['btrfs snapshots', { daemon: classic, strategy: 'btrfs', fileSystem: 'btrfs' }],
  ['reflinks', { daemon: containerd, strategy: 'reflink', fileSystem: 'xfs' }],
  ['copies', { daemon: externalContainerdOptions, strategy: 'copy' }],
];

async function storeFolder(fileSystem: Setting['fileSystem']): Promise<string> {
  if (fileSystem === undefined) return join(newFolder(), 'store');
  const disk = await makeFileSystem({ type: fileSystem, sizeMb: 1024 });
  onTestFinished(() => disk[Symbol.asyncDispose]());
  return join(disk.dir, 'store');
}

describe.each(settings)('a golden build on %s', (_, setting) => {
  it('makes a golden whose clones have all that it has, and leave it as it is', async () => {
    const { strategy = 'layer-link' } = setting;
    const root = await storeFolder(setting.fileSystem);
    const store = await openStore(root, { strategy });
    const options = setting.daemon(useTestbed().rootfs);
    const daemon = dockerdLauncher(options);
    const tools = await scriptTools();
    const build = (shell: string) =>
      runGoldenBuild({ store, project, daemon, script: { shell: `${tools}${shell}` } });

    const source = newFolder();
    const first = await build(`
      load app:v1
      docker run --detach --network none --restart always --volume ${source}:/source \
        app:v1 sleep 600 >/dev/null
      docker volume create seeded >/dev/null
      docker run --detach --network none --restart always --name server --volume seeded:/seeded \
        --volume /anonymous app:v1 sh -c 'echo rows >/seeded/db; sleep 600' >/dev/null
      docker run --detach --network none --restart unless-stopped app:v1 sleep 600 >/dev/null
      until docker exec server cat /seeded/db; do sleep 0.1; done
    `);
    expect(first).toMatchObject({ generation: 1, images: ['app:v1', 'base:test'] });
    expect(usersOf(root)).toEqual([]);
    expect((await store.list()).sessions).toEqual([]);

    const second = await build(`
      docker image inspect app:v1 >/dev/null
      [ -z "$(docker ps --all --quiet)" ]
      docker run --rm --network none --volume seeded:/seeded app:v1 cat /seeded/db
      docker volume ls --quiet
      docker tag app:v1 app:v2
    `);
    expect(second).toMatchObject({ generation: 2, images: ['app:v1', 'app:v2', 'base:test'] });
    if (strategy !== 'copy') expect(second.addedBytes).toBeLessThan(first.addedBytes);
    expect(await readFile(second.logPath, 'utf8')).toBe('rows\nseeded\n');
    expect(await store.verify({ project, deep: true })).toEqual({
      generations: [1, 2],
      problems: [],
    });

    const golden = join(root, 'projects/app/generations/000002/tree');
    const digests = () => Promise.all([golden, join(root, 'layers')].map(folderDigest));
    const before = await digests();
    rmSync(source, { recursive: true });
    const { engine, clone, host } = await bootSession(store, project, daemon);
    expect(await engine.listContainers()).toEqual([]);
    const images = (await engine.listImages()).flatMap(({ tags }) => tags);
    expect(images.sort()).toEqual(['app:v1', 'app:v2', 'base:test']);
    expect(await engine.info()).toMatchObject({ store: options.imageStore });
    const hasContainerd = readdirSync(join(clone.dataRoot, '..')).includes('containerd');
    expect(hasContainerd).toBe(options.containerd === 'external');

    const docker = (...args: string[]) => outputOf(runDocker(args, { host }));
    const run = ['run', '--rm', '--network', 'none', '--volume', 'seeded:/seeded', 'app:v2'];
    await docker(...run, 'sh', '-c', 'echo changed >/seeded/db; rm /bin/id');
    await docker('rmi', '--force', ...images);
    await docker('system', 'prune', '--all', '--force', '--volumes');
    await docker('volume', 'rm', '--force', 'seeded');
    expect(await engine.listImages()).toEqual([]);
    expect(await digests()).toEqual(before);
    expect(existsSync(source)).toBe(false);
  });
});

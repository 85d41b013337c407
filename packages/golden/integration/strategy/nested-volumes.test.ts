import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { busyboxImage, makeFileSystem, outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Clone, dockerdLauncher, type StrategyName } from '../../src/index.js';
import { dockerdOptions } from '../support/dockerd-options.js';
import { runVictim } from '../support/run-victim.js';
import { makeSmallGolden, proof } from '../support/store-folder.js';

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
const subvolume = (...args: string[]) => run('btrfs', 'subvolume', ...args);

describe('subvolumes in a session', () => {
  let disk: Awaited<ReturnType<typeof makeFileSystem>>;
  let outside: string;
  let count = 0;
  beforeAll(async () => {
    disk = await makeFileSystem({ type: 'btrfs', sizeMb: 512 });
    outside = join(disk.dir, 'outside');
    subvolume('create', outside);
    subvolume('create', join(outside, 'inner'));
    writeFileSync(join(outside, 'inner/file'), 'outside');
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  /** A store with a golden, which leaves no subvolume when it is removed. */
  async function makeGolden(strategy: StrategyName) {
    const root = join(disk.dir, `store-${count++}`);
    const golden = await makeSmallGolden(root, 2, strategy);
    onTestFinished(async () => {
      const { sessions } = await golden.store.list();
      for (const { session } of sessions) await golden.store.release({ session });
      await golden.store.remove({ project: 'app' });
      expect(readdirSync(join(root, 'trash'))).toEqual([]);
      expect(subvolume('list', disk.dir)).not.toContain(basename(root));
    });
    return golden;
  }

  /** What a nested Docker, and somebody who means harm, leave in a volume. */
  function makeVolumes(dataRoot: string): void {
    const volume = join(dataRoot, 'volumes/inner/_data');
    mkdirSync(volume, { recursive: true });
    const outer = join(volume, 'btrfs');
    for (const path of [outer, join(outer, 'a'), join(outer, 'a/-rf'), join(outer, 'a/-rf/deep')]) {
      subvolume('create', path);
      writeFileSync(join(path, 'file'), `in ${basename(path)}`);
    }
    subvolume('snapshot', '-r', join(outer, 'a'), join(outer, 'sealed\nID 256 gen 1'));
    symlinkSync(outside, join(outer, 'link'));
    symlinkSync('/', join(volume, 'root'));
  }

  /** A name that no program can be given by Node.js. */
  function makeUnnamed(dataRoot: string): void {
    const folder = join(dataRoot, 'volumes/inner/_data/btrfs');
    execFileSync('bash', ['-c', `btrfs subvolume create $'no-utf-8-\\xff'`], { cwd: folder });
  }

  test.each(['btrfs', 'layer-link', 'reflink', 'copy'] as const)(
    'go with it, at any depth and by any name, and nothing behind links does: %s',
    async (strategy) => {
      const { store, root } = await makeGolden(strategy);
      const { dataRoot } = await store.clone({ project: 'app', session: 's' });
      makeVolumes(dataRoot);
      makeUnnamed(dataRoot);
      await store.release({ session: 's' });
      expect(readdirSync(join(root, 'trash'))).toEqual([]);
      expect(readFileSync(join(outside, 'inner/file'), 'utf8')).toBe('outside');
    },
  );

  test.each(['btrfs', 'copy'] as const)(
    'go with the trash of a release that was killed: %s',
    async (strategy) => {
      const { store, root } = await makeGolden(strategy);
      makeVolumes((await store.clone({ project: 'app', session: 's' })).dataRoot);
      await runVictim(root, 'release s', 'release:discard');
      expect((await store.recover()).actions).toEqual([]);
      expect(readdirSync(join(root, 'trash'))).toEqual([]);
    },
  );

  test.each(['btrfs', 'layer-link', 'reflink', 'copy'] as const)(
    'are in the golden with all that is in them, for each clone alone: %s',
    async (strategy) => {
      const { store } = await makeGolden(strategy);
      makeVolumes((await store.clone({ project: 'app', session: 's' })).dataRoot);
      await store.promote({ session: 's', proof });
      const at = 'volumes/inner/_data/btrfs';
      const [one, other] = await Promise.all(
        ['s1', 's2'].map((session) => store.clone({ project: 'app', session })),
      );
      const deep = (dataRoot = '') => join(dataRoot, at, 'a/-rf/deep/file');
      expect(readFileSync(deep(one?.dataRoot), 'utf8')).toBe('in deep');
      writeFileSync(deep(one?.dataRoot), 'changed');
      expect(readFileSync(deep(other?.dataRoot), 'utf8')).toBe('in deep');
      expect(readlinkSync(join(other?.dataRoot ?? '', at, 'link'))).toBe(outside);
      expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);

      await store.promote({ session: 's1', proof });
      const { dataRoot } = await store.clone({ project: 'app', session: 's3' });
      expect(readFileSync(deep(dataRoot), 'utf8')).toBe('changed');
      for (const session of ['s2', 's3']) await store.release({ session });
      expect((await store.gc({ keep: 0 })).generations).toHaveLength(2);
      expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
    },
  );

  test('that a Docker in a volume makes run in clones, and go with them', async () => {
    const { store } = await makeGolden('btrfs');
    const inVolume = (clone: Clone) => join(clone.dataRoot, 'volumes/inner/_data');
    const clone = await store.clone({ project: 'app', session: 's' });
    mkdirSync(inVolume(clone), { recursive: true });
    const archive = join(disk.dir, 'busybox.tar');
    const { rootfs } = useTestbed();
    writeFileSync(archive, (await busyboxImage(rootfs, 'inner:1')).archive);
    await runInner(clone, inVolume(clone), ['load', '--input', archive]);
    expect(subvolume('list', disk.dir)).toMatch(/_data\/btrfs\/subvolumes\/[0-9a-f]{64}\n/);
    await store.promote({ session: 's', proof });
    const next = await store.clone({ project: 'app', session: 's2' });
    const hello = ['run', '--rm', '--network=none', 'inner:1', 'echo', 'hello'];
    expect(await runInner(next, inVolume(next), hello)).toBe('hello\n');
  });

  /** What a docker command prints whose daemon keeps its images in subvolumes. */
  async function runInner(clone: Clone, dataRoot: string, command: string[]): Promise<string> {
    const launch = dockerdLauncher({
      ...dockerdOptions(useTestbed().rootfs, 'classic'),
      imageStore: undefined,
      config: { 'storage-driver': 'btrfs', features: { 'containerd-snapshotter': false } },
    });
    const options = { signal: AbortSignal.timeout(60_000), logPath: join(disk.dir, 'inner.log') };
    await using daemon = await launch({ ...clone, dataRoot, imageStore: undefined }, options);
    const output = await outputOf(runDocker(command, { host: daemon.host }));
    await daemon.stop();
    return output;
  }

  test('whose names are no text are refused with their paths', async () => {
    const { store } = await makeGolden('btrfs');
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    makeVolumes(dataRoot);
    makeUnnamed(dataRoot);
    await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('volumes/inner/_data/btrfs/no-utf-8-\ufffd'),
    });
    expect((await store.inspect({ project: 'app' })).current).toBe(1);
  });

  test('that are mounted in the trash stay, and that is told', async () => {
    const { store, root } = await makeGolden('copy');
    const folder = join(root, 'trash/left');
    mkdirSync(join(folder, 'mounted'), { recursive: true });
    run('mount', '--bind', outside, join(folder, 'mounted'));
    try {
      expect((await store.recover()).actions).toEqual([
        expect.stringMatching(/^trash\/left could not be deleted: .+in use: mounted at .+mounted /),
      ]);
      expect(readFileSync(join(outside, 'inner/file'), 'utf8')).toBe('outside');
    } finally {
      run('umount', join(folder, 'mounted'));
    }
    expect((await store.recover()).actions).toEqual([]);
  });
});

describe('a file that is immutable', () => {
  test.each([
    ['ext4', 'layer-link'],
    ['xfs', 'reflink'],
    ['btrfs', 'copy'],
  ] as const)('on %s ends its session, and is named: %s', async (type, strategy) => {
    await using disk = await makeFileSystem({ type, sizeMb: 320 });
    const { store, root } = await makeSmallGolden(join(disk.dir, 'store'), 1, strategy);
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    const folder = join(dataRoot, 'volumes/v');
    mkdirSync(folder, { recursive: true });
    const name = "it's $(false) file";
    writeFileSync(join(folder, name), '');
    run('chattr', '+i', join(folder, name));
    const error = await store.release({ session: 's' }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(`volumes/v/${name} is immutable`),
      hint: expect.stringMatching(/^Run `chattr -i -a '.+file'`, then `warmdock golden recover`/),
    });
    expect((await store.list()).sessions).toEqual([]);
    expect((await store.gc()).left).toEqual([
      expect.stringMatching(/^trash\/.+ could not be deleted: .+immutable.+chattr/),
    ]);
    const [, command = ''] = /`(chattr .+?)`/.exec(error.hint) ?? [];
    execFileSync('sh', ['-c', command]);
    expect((await store.recover()).actions).toEqual([]);
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
  });

  test('in a subvolume goes with it', async () => {
    await using disk = await makeFileSystem({ type: 'btrfs', sizeMb: 256 });
    const { store } = await makeSmallGolden(join(disk.dir, 'store'), 1, 'btrfs');
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    writeFileSync(join(dataRoot, 'file'), '');
    run('chattr', '+i', join(dataRoot, 'file'));
    await store.release({ session: 's' });
    expect(existsSync(dataRoot)).toBe(false);
  });
});

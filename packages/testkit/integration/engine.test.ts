import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  type ImageStore,
  importBaseImage,
  makeFileSystem,
  outputOf,
  runCommand,
  runDocker,
  startBridge,
  startEngine,
  testbedDir,
  useTestbed,
} from '@warmdock/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

describe('startEngine', () => {
  test.each<ImageStore>(['classic', 'containerd'])(
    'starts an empty one with the %s store',
    async (store) => {
      await using engine = await startEngine({ store });
      const { host, socket } = engine;
      expect(await outputOf(runDocker(['images', '--quiet'], { host }))).toBe('');
      await importBaseImage({ socket });
      expect((await runDocker(['images', '--quiet'], { host })).stdout).not.toBe('');
    },
  );

  test('leaves nothing behind when it is disposed of, containers included', async () => {
    let socket = '';
    {
      await using engine = await startEngine({ store: 'containerd' });
      socket = engine.socket;
      await importBaseImage({ socket });
      const args = ['run', '--detach', '--network', 'none', 'busybox:test', 'sleep', '600'];
      await outputOf(runDocker(args, { host: engine.host }));
    }
    expect(existsSync(join(socket, '..'))).toBe(false);
  });

  test('breaks connections when it is killed', async () => {
    await using engine = await startEngine({ store: 'classic' });
    const connection = connect(engine.socket);
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection
      .on('error', () => {})
      .once('connect', () => engine.kill())
      .resume();
    await closed;
    expect((await runDocker(['version'], { host: engine.host })).exitCode).not.toBe(0);
  });

  test('shows the tail of the log when the daemon does not start', async () => {
    const stateDir = await mkdtemp(join(testbedDir(), 'broken-'));
    await mkdir(join(stateDir, 'data'), { recursive: true });
    await writeFile(join(stateDir, 'data/overlay2'), 'in the way');
    const start = startEngine({ store: 'classic', stateDir });
    await expect(start).rejects.toThrow(
      /dockerd \(classic store\) ended during its start.*overlay2/s,
    );
    expect(existsSync(stateDir)).toBe(false);
  });
});

describe('an engine on a folder of its caller', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(testbedDir(), 'roots-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('finds again what it had when it was stopped', async () => {
    const dataRoot = join(folder, 'docker');
    await mkdir(dataRoot);
    {
      await using engine = await startEngine({ store: 'classic', dataRoot });
      await importBaseImage(engine);
      await engine.stop();
      await expect(isLocked(join(dataRoot, 'volumes/metadata.db'))).resolves.toBe(false);
    }
    await using engine = await startEngine({ store: 'classic', dataRoot });
    await expect(isLocked(join(dataRoot, 'volumes/metadata.db'))).resolves.toBe(true);
    const { stdout } = await runDocker(['images', '--format', '{{.Repository}}'], engine);
    expect(stdout).toBe('busybox\n');
  });

  test('has its images in an external containerd', async () => {
    const [dataRoot, containerdRoot] = [join(folder, 'docker'), join(folder, 'containerd')];
    await mkdir(dataRoot);
    const mounts = [{ source: folder, target: folder, readOnly: false }];
    await using engine = await startEngine({
      store: 'containerd',
      dataRoot,
      containerdRoot,
      mounts,
    });
    await importBaseImage(engine);
    await engine.stop();
    const metadata = join(containerdRoot, 'io.containerd.metadata.v1.bolt/meta.db');
    expect(await readFile(metadata, 'latin1')).toContain('busybox');
    expect(existsSync(join(dataRoot, 'containerd/daemon'))).toBe(false);
  });

  test('cannot write to what it sees read-only', async () => {
    const mounts = [{ source: folder, target: folder, readOnly: true }];
    const dataRoot = join(folder, 'docker');
    await mkdir(dataRoot);
    const start = startEngine({ store: 'classic', dataRoot, mounts });
    await expect(start).rejects.toThrow(/read-only file system/);
  });

  /** Databases are locked as long as they are open. */
  async function isLocked(path: string): Promise<boolean> {
    return (await runCommand(['flock', '--nonblock', path, 'true'], { env: {} })).exitCode !== 0;
  }
});

describe('makeFileSystem', () => {
  test.each([
    ['btrfs', 120],
    ['ext4', 20],
    ['xfs', 300],
  ] as const)('makes one of type %s, which goes with its disposal', async (type, sizeMb) => {
    let dir: string;
    {
      await using made = await makeFileSystem({ type, sizeMb });
      dir = made.dir;
      await writeFile(join(dir, 'file'), 'content');
      expect(await outputOf(findmnt(dir))).toBe(`${type}\n`);
    }
    expect((await findmnt(dir)).exitCode).toBe(1);
    expect(existsSync(join(dir, '..'))).toBe(false);
  });

  test('makes one that has room for few files', async () => {
    await using made = await makeFileSystem({ type: 'ext4', sizeMb: 20, inodes: 16 });
    const writeAll = async () => {
      for (let index = 0; index < 16; index++) await writeFile(join(made.dir, String(index)), '');
    };
    await expect(writeAll()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  const findmnt = (dir: string) =>
    runCommand(['findmnt', '--noheadings', '--output', 'FSTYPE', dir], {
      env: { PATH: process.env.PATH ?? '' },
    });
});

describe('startBridge', () => {
  test('breaks open connections when it is cut, and takes new ones', async () => {
    await using bridge = await startBridge(useTestbed().builder);
    expect(await closingOf(bridge.port, () => bridge.cut())).toBe('open, then closed');
    expect(await closingOf(bridge.port, () => bridge.cut())).toBe('open, then closed');
  });

  test('refuses connections once it is closed', async () => {
    const bridge = await startBridge(useTestbed().builder);
    expect(await closingOf(bridge.port, () => bridge.close())).toBe('open, then closed');
    expect(await closingOf(bridge.port, () => {})).toBe('ECONNREFUSED');
  });

  function closingOf(port: number, whenOpen: () => unknown): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
      socket.once('data', whenOpen).resume();
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once('close', () => resolve('open, then closed'));
    });
  }
});

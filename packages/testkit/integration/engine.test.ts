import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  type ImageStore,
  importBaseImage,
  outputOf,
  runDocker,
  startBridge,
  startEngine,
  testbedDir,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';

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

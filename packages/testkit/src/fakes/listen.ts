import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a fake listens: a fresh unix socket in a private folder, or a free port of the loopback. */
export type ListenAddress = 'unix' | 'tcp';

export interface Listening extends AsyncDisposable {
  /** `unix://path` or `tcp://127.0.0.1:port`. */
  readonly address: string;
  /** Breaks every connection; the server goes on listening. */
  cut(): void;
}

/** Listens on a real socket; disposal breaks every connection and removes the socket. */
export async function listenAt(server: Server, place: ListenAddress): Promise<Listening> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const dir = place === 'unix' ? await mkdtemp(join(tmpdir(), 'warmdock-fake-')) : undefined;
  const path = dir && join(dir, 'fake.sock');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path }, resolve);
  });
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: path ? `unix://${path}` : `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
      if (dir) await rm(dir, { recursive: true, force: true });
    },
  };
}

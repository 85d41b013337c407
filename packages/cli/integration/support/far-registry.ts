import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** A registry that is far away. */
export interface FarRegistry extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Bytes that it has sent since the last call. */
  takeSentBytes(): number;
}

/** Each connection to the registry brings some 64 kB in that time. */
export async function startFarRegistry(
  registry: { readonly address: string },
  delayMs: number,
): Promise<FarRegistry> {
  const [host = '', port = ''] = registry.address.split(':');
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  const server = createServer((client) => {
    const service = connect({ host, port: Number(port) });
    const slow = new Transform({
      async transform(chunk: Buffer, _encoding, done) {
        await delay((delayMs * chunk.length) / 65_536);
        sentBytes += chunk.length;
        done(null, chunk);
      },
    });
    client.pipe(service).pipe(slow).pipe(client);
    const end = () => {
      client.destroy();
      service.destroy();
    };
    // What the service has sent before it ends is still on its way.
    client.on('error', end).on('close', end);
    service.on('error', end);
    for (const each of [client, service]) sockets.add(each);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeSentBytes() {
      const sent = sentBytes;
      sentBytes = 0;
      return sent;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

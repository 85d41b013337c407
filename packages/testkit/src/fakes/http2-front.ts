import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { type Listening, listenAt } from './listen.js';

export interface Http2FrontOptions {
  /** `unix://path` or `tcp://host:port`: gets the connections whose first bytes are HTTP/2's. */
  http2: string;
  /** Likewise: gets all others. */
  http1: string;
}

/** One socket for two protocols, told apart by their first bytes, as Docker's is from 29.2 on. */
export async function startHttp2Front({ http2, http1 }: Http2FrontOptions): Promise<Listening> {
  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', (first: Buffer) => {
      client.pause();
      const isHttp2 = first.subarray(0, 3).equals(Buffer.from('PRI'));
      const service = connectTo(isHttp2 ? http2 : http1);
      service.write(first);
      pipeline(client, service, client, () => service.destroy());
    });
  });
  return listenAt(server, 'unix');
}

function connectTo(address: string): Socket {
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol === 'unix:') return connect(pathname);
  return connect({ host: hostname, port: Number(port), noDelay: true });
}

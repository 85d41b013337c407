import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface BridgeTls {
  /** PEM of the authority that client certificates must come from. */
  ca: string;
  cert: string;
  key: string;
}

export interface BridgeOptions {
  /** Socket of the dockerd whose BuildKit is offered. */
  socket: string;
  /** Offer mutual TLS instead of plain TCP. */
  tls?: BridgeTls;
}

export interface Bridge extends AsyncDisposable {
  readonly port: number;
  /** `tcp://127.0.0.1:PORT` */
  readonly address: string;
  /** Breaks every connection at once; new ones are accepted. */
  cut(): void;
  /** Breaks every connection and stops listening, as a dying builder would. */
  close(): Promise<void>;
}

const UPGRADE = [
  'POST /grpc HTTP/1.1',
  'Host: docker',
  'Connection: Upgrade',
  'Upgrade: h2c',
  '\r\n',
].join('\r\n');

/** With Nagle's algorithm a build over TLS takes half a second longer. */
const NO_DELAY = { noDelay: true };

/**
 * Makes the BuildKit inside a dockerd reachable over TCP: each connection becomes an upgraded
 * `POST /grpc` on the daemon's socket, and from then on bytes go through verbatim, so that a client
 * speaks HTTP/2 with prior knowledge as it does to a stand-alone buildkitd.
 */
export async function startBridge({ socket, tls }: BridgeOptions): Promise<Bridge> {
  const open = new Set<Socket>();
  const accept = (client: Socket) => join(client, connect(socket), open);
  const server = tls
    ? createTlsServer({ ...tls, ...NO_DELAY, requestCert: true, ALPNProtocols: ['h2'] }, accept)
    : createServer(NO_DELAY, accept);
  await listen(server);
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const end of open) end.destroy();
  };
  const close = async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, address: `tcp://127.0.0.1:${port}`, cut, close, [Symbol.asyncDispose]: close };
}

/** Ties both ends together: when one fails or closes, so does the other. */
function join(client: Socket, daemon: Socket, open: Set<Socket>): void {
  for (const [end, other] of [
    [client, daemon],
    [daemon, client],
  ] as const) {
    open.add(end);
    end.on('error', () => other.destroy());
    end.on('close', () => {
      open.delete(end);
      other.destroy();
    });
  }
  daemon.write(UPGRADE);
  afterUpgrade(daemon, () => {
    client.pipe(daemon);
    daemon.pipe(client);
  });
}

/** Swallows the head of the 101 response, and puts back what came after it. */
function afterUpgrade(daemon: Socket, proceed: () => void): void {
  let head = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    daemon.off('data', read);
    daemon.pause();
    if (!head.toString('latin1', 0, end).startsWith('HTTP/1.1 101 ')) {
      daemon.destroy();
      return;
    }
    if (head.length > end + 4) daemon.unshift(head.subarray(end + 4));
    proceed();
  };
  daemon.on('data', read);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

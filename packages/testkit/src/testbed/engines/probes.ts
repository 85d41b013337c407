import { get, type RequestOptions } from 'node:http';
import { connect, createServer } from 'node:net';

const PROBE_TIMEOUT_MS = 2_000;

/** Does a GET of this target answer 200? */
export function answersOk(target: RequestOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get({ ...target, timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('timed out')));
  });
}

/** Does anything accept connections there? */
export function acceptsConnections(target: { path: string } | { host: string; port: number }) {
  return new Promise<boolean>((resolve) => {
    const socket = connect(target);
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** A TCP port of the loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

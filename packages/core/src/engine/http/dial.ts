import { connect, isIP, type Socket } from 'node:net';
import type { CallOptions } from '../../content/content.js';
import { cancelled, WarmdockError } from '../../errors.js';
import { type EngineEndpoint, formatEndpoint } from '../endpoint/endpoint.js';
import { type EngineAgents, KEEP_ALIVE_DELAY_MS } from './agents.js';
import { connectionError, timeoutError } from './engine-error.js';
import type { EngineLimits } from './limits.js';

export interface DialTarget {
  readonly endpoint: EngineEndpoint;
  readonly limits: EngineLimits;
  readonly tls: EngineAgents['tls'];
}

const operation = 'connecting to Docker';

/**
 * Opens a connection to a daemon that is to speak HTTP/2 from the first byte.
 *
 * By TLS the daemon must agree to that: `UNSUPPORTED` when it does not. Throws `UNAVAILABLE`,
 * `PERMISSION_DENIED`, `TIMEOUT` and `CANCELLED` as requests do.
 */
export async function dialEngine(target: DialTarget, { signal }: CallOptions): Promise<Socket> {
  const { endpoint, limits } = target;
  if (signal?.aborted) throw cancelled(operation, signal);
  const { socket, event, takesHttp2 } = await begin(target);
  try {
    await connected(socket, event, limits.connectTimeoutMs, signal);
  } catch (error) {
    if (signal?.aborted) throw cancelled(operation, signal);
    if (error !== late) throw connectionError(operation, endpoint, error);
    throw timeoutError(operation, endpoint, 'took no connection', limits.connectTimeoutMs);
  }
  if (!takesHttp2()) {
    socket.destroy();
    throw new WarmdockError(
      'UNSUPPORTED',
      `${operation}: the Docker daemon at ${formatEndpoint(endpoint)} speaks no HTTP/2`,
    );
  }
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  return socket;
}

async function begin({ endpoint, tls }: DialTarget) {
  if (endpoint.kind === 'unix')
    return { socket: connect(endpoint.path), event: 'connect', takesHttp2: () => true };
  const { host, port } = endpoint;
  const address = { host, port, noDelay: true };
  if (!tls) return { socket: connect(address), event: 'connect', takesHttp2: () => true };
  const { connect: connectTls } = await import('node:tls');
  const named = isIP(host) ? {} : { servername: host };
  const socket = connectTls({ ...address, ...named, ...tls, ALPNProtocols: ['h2'] });
  return { socket, event: 'secureConnect', takesHttp2: () => socket.alpnProtocol === 'h2' };
}

const late = new Error('took too long');

/** Rejects with node's error, or with `late`. */
function connected(
  socket: Socket,
  event: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(late), timeoutMs);
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    // What was read before, such as TLS files, took its time.
    if (signal?.aborted) abort();
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    socket.once(event, () => {
      settle();
      resolve();
    });
    socket.once('error', reject).once('close', () => {
      settle();
      reject(new Error('the connection was closed'));
    });
  });
}

import { connect, isIP, type Socket } from 'node:net';
import { connectedSocket, connectedTooLate } from '../../connected-socket.js';
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
    await connectedSocket(socket, event, { timeoutMs: limits.connectTimeoutMs, signal });
  } catch (error) {
    if (signal?.aborted) throw cancelled(operation, signal);
    if (error !== connectedTooLate) throw connectionError(operation, endpoint, error);
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

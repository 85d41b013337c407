import { type ClientRequest, type OutgoingHttpHeaders, request as startRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CallOptions } from '../../content/content.js';
import type { EngineEndpoint } from '../endpoint/endpoint.js';
import { createAgents, type EngineAgents, KEEP_ALIVE_DELAY_MS } from './agents.js';
import { timeoutError } from './engine-error.js';
import type { EngineLimits } from './limits.js';

export interface EngineRequest {
  /** Begins every error, as in "inspecting image app:latest". */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Sent as the body by `endRequest`. */
  readonly json?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A connection of its own, never an idle one: for a body that cannot be sent twice, and for upgrades. */
  readonly dedicated?: boolean;
}

/** Requests to one daemon over connections that are kept open between them. */
export interface EngineHttp {
  readonly endpoint: EngineEndpoint;
  readonly limits: EngineLimits;
  /**
   * A request whose body is yet to be written; its events are node's.
   *
   * It is destroyed with `TIMEOUT` when no connection comes about in time, and with an AbortError
   * when `signal` fires.
   */
  start(request: EngineRequest): Promise<ClientRequest>;
  /** A connection that is for no request; see `dial`. */
  dial(options: CallOptions): Promise<Duplex>;
  close(): void;
}

export function createEngineHttp(endpoint: EngineEndpoint, limits: EngineLimits): EngineHttp {
  let agents: Promise<EngineAgents> | undefined;
  const address =
    endpoint.kind === 'unix'
      ? { socketPath: endpoint.path }
      : { host: endpoint.host, port: endpoint.port };
  const protocol = endpoint.kind === 'tcp' && endpoint.tls ? 'https:' : 'http:';

  return {
    endpoint,
    limits,
    async start({ operation, method, path, headers = {}, json, signal, dedicated = false }) {
      agents ??= createAgents(endpoint);
      const { shared, dedicated: single } = await agents;
      const agent = dedicated ? single : shared;
      const request = startRequest({
        ...address,
        // Names no host: node would look for one to put into TLS, in 2 ms at the first request.
        ...(protocol === 'http:' && { servername: '' }),
        protocol,
        agent,
        method,
        path,
        headers: json ? { ...headers, 'content-type': 'application/json' } : headers,
        ...(signal && { signal }),
      });
      limitConnecting(request, limits.connectTimeoutMs, (ms) =>
        timeoutError(operation, endpoint, 'took no connection', ms),
      );
      return request;
    },
    async dial(options) {
      agents ??= createAgents(endpoint);
      const { tls } = await agents;
      const { dialEngine: dial } = await import('./dial.js');
      return dial({ endpoint, limits, tls }, options);
    },
    close() {
      agents?.then(({ shared }) => shared.destroy()).catch(() => {});
    },
  };
}

/** Ends a request that has no body but the JSON that it was given, if any. */
export function endRequest(sent: ClientRequest, { json }: EngineRequest): void {
  sent.end(json && JSON.stringify(json));
}

function limitConnecting(
  request: ClientRequest,
  timeoutMs: number,
  error: (timeoutMs: number) => Error,
): void {
  request.once('socket', (socket: Socket) => {
    // Node gives sockets with TLS no such option.
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    if (!socket.connecting) return;
    const timer = setTimeout(() => request.destroy(error(timeoutMs)), timeoutMs);
    const stop = () => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
  });
}

import type { BuilderTransport } from '../buildkit/transport.js';
import { formatEndpoint } from '../engine/endpoint.js';
import type { Engine } from '../engine/engine.js';

/** The daemon answers each PING: its HTTP/2 is that of Go's net/http, not of gRPC's server, which counts them. */
const keepalive = { quietMs: 20_000 };

/** The way to the BuildKit that is embedded in a Docker daemon: upgraded connections of its API. */
export function engineTransport(engine: Engine): BuilderTransport {
  return {
    name: `in the Docker daemon at ${formatEndpoint(engine.endpoint)}`,
    channel: { keepalive },
    open: ({ signal }) => engine.hijack('/grpc', { protocol: 'h2c', ...(signal && { signal }) }),
    openSession: (headers, { signal }) =>
      engine.hijack('/session', { protocol: 'h2c', headers, ...(signal && { signal }) }),
  };
}

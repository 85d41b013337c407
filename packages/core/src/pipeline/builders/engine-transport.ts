import { openChannel } from '../../buildkit/grpc/channel.js';
import { GrpcStatusError } from '../../buildkit/grpc/status.js';
import type { BuilderTransport } from '../../buildkit/transport.js';
import { formatEndpoint } from '../../engine/endpoint/endpoint.js';
import type { Engine } from '../../engine/engine.js';
import { compareApiVersions } from '../../engine/version.js';
import { isWarmdockError } from '../../errors.js';

/** The daemon answers each PING: its HTTP/2 is that of Go's net/http, not of gRPC's server, which counts them. */
const keepalive = { quietMs: 20_000 };

/**
 * The way to the BuildKit that is embedded in a Docker daemon.
 *
 * From API 1.53 (Docker 29.2) the daemon's own listener speaks gRPC, and sessions run through
 * `Control.Session`. Older ones, and where a proxy before the daemon knows no HTTP/2, upgrade
 * connections to `/grpc` and `/session`, which are deprecated since.
 */
export function engineTransport(engine: Engine): BuilderTransport {
  return {
    name: `in the Docker daemon at ${formatEndpoint(engine.endpoint)}`,
    channel: { keepalive },
    async open({ signal }) {
      if (await speaksGrpc(engine)) return engine.dial({ signal });
      return engine.hijack('/grpc', { protocol: 'h2c', signal });
    },
    async openSession(headers, { signal }) {
      if (await speaksGrpc(engine)) return undefined;
      return engine.hijack('/session', { protocol: 'h2c', headers, signal });
    },
  };
}

const firstApi = '1.53';
/** The answer comes from this machine or its network, without any work. */
const probeMs = 5_000;

/** By daemon, whether it speaks gRPC. */
const known = new WeakMap<Engine, Promise<boolean>>();

function speaksGrpc(engine: Engine): Promise<boolean> {
  const asked = known.get(engine) ?? askForGrpc(engine);
  known.set(engine, asked);
  return asked;
}

/** What goes wrong here, the other way tells in the words of an everyday daemon. */
async function askForGrpc(engine: Engine): Promise<boolean> {
  try {
    const version = await engine.newestApiVersion();
    return compareApiVersions(version, firstApi) >= 0 && (await answersGrpc(engine));
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    return false;
  }
}

/** Whether a call is answered by a gRPC server, be it with an error. */
async function answersGrpc(engine: Engine): Promise<boolean> {
  const signal = AbortSignal.timeout(probeMs);
  const channel = openChannel(await engine.dial({ signal }), 'the Docker daemon');
  try {
    await channel.unary('/grpc.health.v1.Health/Check', Buffer.alloc(0), { signal });
    return true;
  } catch (error) {
    return error instanceof GrpcStatusError;
  } finally {
    channel.close();
  }
}

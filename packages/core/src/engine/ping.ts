import { WarmdockError } from '../errors.js';
import { formatEndpoint } from './endpoint/endpoint.js';
import { call, type EngineAnswer, refusedByEngine } from './http/call.js';
import type { EngineHttp } from './http/http.js';
import { negotiateApiVersion } from './version.js';

/** What a daemon answers to the first question. */
export interface EnginePing {
  /** The version that all further calls speak, not necessarily the daemon's newest. */
  readonly apiVersion: string;
  /** The daemon's newest, which may be newer than any that this client knows. */
  readonly newestApiVersion: string;
  /** What images run there: `linux` or `windows`. */
  readonly osType: string;
  /** Whether the daemon builds with its embedded BuildKit when asked to build. */
  readonly buildkit: boolean;
}

/** Asks the daemon who it is: one round trip, no API version needed; throws `PROTOCOL` when it is no Docker daemon. */
export async function ping(http: EngineHttp): Promise<EnginePing> {
  const operation = 'connecting to Docker';
  const answer = await call(http, { operation, method: 'GET', path: '/_ping' });
  if (answer.status !== 200) throw refusedByEngine(answer);
  const daemonVersion = daemonVersionOf(answer);
  if (daemonVersion === undefined) {
    throw new WarmdockError(
      'PROTOCOL',
      `${operation}: what listens at ${formatEndpoint(http.endpoint)} is not a Docker daemon`,
    );
  }
  return {
    apiVersion: negotiateApiVersion(daemonVersion),
    newestApiVersion: daemonVersion,
    osType: headerOf(answer.headers.ostype) ?? 'linux',
    buildkit: headerOf(answer.headers['builder-version']) === '2',
  };
}

/** The newest API version of the daemon, which each of its answers tells. */
export function daemonVersionOf({ headers }: EngineAnswer): string | undefined {
  return headerOf(headers['api-version']);
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

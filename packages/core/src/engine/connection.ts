import type { CallOptions } from '../content/content.js';
import { cancelled } from '../errors.js';
import { call, type EngineAnswer } from './http/call.js';
import type { EngineHttp, EngineRequest } from './http/http.js';
import { daemonVersionOf, type EnginePing, ping } from './ping.js';
import { negotiateApiVersion } from './version.js';

/** A daemon and the API version agreed with it. */
export interface EngineConnection {
  readonly http: EngineHttp;
  ping(options: CallOptions): Promise<EnginePing>;
  /** The path below the version, as in `/v1.51/info`. */
  versioned(path: string, options: CallOptions): Promise<string>;
  /** Calls a path below the version; see `call`. */
  ask(
    method: EngineRequest['method'],
    path: string,
    operation: string,
    options: CallOptions,
  ): Promise<EngineAnswer>;
  /** The same for a question that all versions answer alike: it does not wait for the version to be agreed, and brings it. */
  askAtOnce(path: string, operation: string, options: CallOptions): Promise<EngineAnswer>;
  /** The same for a request by POST, with this body. */
  postAtOnce(
    path: string,
    json: object,
    operation: string,
    options: CallOptions,
  ): Promise<EngineAnswer>;
  /** The daemon's newest version, which any answer tells; asks when none has come yet. */
  newestVersion(options: CallOptions): Promise<string>;
}

/** Asks for the version at the first call that needs it, unless one is given or an answer told it. */
export function createConnection(
  http: EngineHttp,
  apiVersion: string | undefined,
): EngineConnection {
  let asked: Promise<EnginePing> | undefined;
  let agreed = apiVersion;
  let newest: string | undefined;

  /** Without a version, a daemon answers in its newest. */
  async function atOnce(request: EngineRequest): Promise<EngineAnswer> {
    const path = agreed ? `/v${agreed}${request.path}` : request.path;
    const answer = await call(http, { ...request, path });
    const daemonVersion = daemonVersionOf(answer);
    if (daemonVersion !== undefined) {
      newest = daemonVersion;
      agreed ??= negotiateApiVersion(daemonVersion);
    }
    return answer;
  }

  const connection: EngineConnection = {
    http,
    ping({ signal }) {
      asked ??= ping(http).catch((error) => {
        asked = undefined;
        throw error;
      });
      return signal ? abortable(asked, signal) : asked;
    },
    async versioned(path, options) {
      return `/v${agreed ?? (await connection.ping(options)).apiVersion}${path}`;
    },
    async ask(method, path, operation, options) {
      return call(http, {
        method,
        operation,
        path: await connection.versioned(path, options),
        signal: options.signal,
      });
    },
    askAtOnce: (path, operation, options) => atOnce({ method: 'GET', path, operation, ...options }),
    postAtOnce: (path, json, operation, options) =>
      atOnce({ method: 'POST', path, json, operation, ...options }),
    async newestVersion(options) {
      return newest ?? (await connection.ping(options)).newestApiVersion;
    },
  };
  return connection;
}

/** All callers share one question: a caller's signal ends its own waiting, not the question. */
function abortable<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled('connecting to Docker', signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

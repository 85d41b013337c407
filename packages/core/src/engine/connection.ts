import type { CallOptions } from '../content/content.js';
import { cancelled } from '../errors.js';
import { call, type EngineAnswer } from './call.js';
import type { EngineHttp, EngineRequest } from './http.js';
import { type EnginePing, ping } from './ping.js';

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
}

/** Asks for the version at the first call that needs it, unless one is given. */
export function createConnection(
  http: EngineHttp,
  apiVersion: string | undefined,
): EngineConnection {
  let asked: Promise<EnginePing> | undefined;

  const connection: EngineConnection = {
    http,
    ping({ signal }) {
      asked ??= ping(http).catch((error) => {
        asked = undefined;
        throw error;
      });
      return signal ? orCancelled(asked, signal) : asked;
    },
    async versioned(path, options) {
      return `/v${apiVersion ?? (await connection.ping(options)).apiVersion}${path}`;
    },
    async ask(method, path, operation, options) {
      return call(http, {
        method,
        operation,
        path: await connection.versioned(path, options),
        signal: options.signal,
      });
    },
  };
  return connection;
}

/** All callers share one question: a caller's signal ends its own waiting, not the question. */
function orCancelled<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled('connecting to Docker', signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

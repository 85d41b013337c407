import { type ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { engineFailure, refusalOf } from './call.js';
import { startDeadline } from './deadline.js';
import { timeoutError } from './engine-error.js';
import { type EngineHttp, type EngineRequest, endRequest } from './http.js';

/** What a connection is upgraded to, and with which request. */
export interface HijackOptions {
  /** What the connection is to speak afterwards; `tcp` are plain bytes. */
  readonly protocol: 'h2c' | 'tcp';
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  /** The request's body. */
  readonly json?: object | undefined;
  /** Ends the upgrade; the stream afterwards is the caller's own. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns a connection to the daemon into a byte stream, by POST with `Upgrade`.
 *
 * Docker serves BuildKit's gRPC at `/grpc`, takes a build's session at `/session` and starts an exec
 * in this way; none of the paths needs an API version. Throws as statuses do when the daemon refuses (`NOT_FOUND` where it has
 * no such path), `UNAVAILABLE`, `TIMEOUT`, `CANCELLED`.
 */
export async function hijack(
  http: EngineHttp,
  path: string,
  { protocol, headers, json, signal }: HijackOptions,
): Promise<Duplex> {
  const request: EngineRequest = {
    operation: `connecting to ${path}`,
    method: 'POST',
    path,
    headers: { ...headers, connection: 'Upgrade', upgrade: protocol },
    json,
    signal,
    dedicated: true,
  };
  const sent = await http.start(request);
  const { answerTimeoutMs } = http.limits;
  const deadline = startDeadline(sent, answerTimeoutMs, () =>
    timeoutError(
      request.operation,
      http.endpoint,
      'did not upgrade the connection',
      answerTimeoutMs,
    ),
  );
  try {
    const answer = await upgradeOf(sent, request);
    if (answer instanceof IncomingMessage) throw await refusalOf(request, answer);
    return answer;
  } catch (error) {
    throw engineFailure(http, request, deadline.passed ?? error);
  } finally {
    deadline.stop();
  }
}

/** The stream after status 101, or the answer that came instead. */
function upgradeOf(sent: ClientRequest, request: EngineRequest): Promise<Duplex | IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('upgrade', (_, stream, first) => {
      if (first.length > 0) stream.unshift(first);
      resolve(stream);
    });
    sent.once('response', resolve).on('error', reject);
    endRequest(sent, request);
  });
}

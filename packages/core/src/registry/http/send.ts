import { request } from 'undici';
import { cancelled, isWarmdockError, messageOf } from '../../errors.js';
import type { Connections } from './connections.js';
import type { Exchange, Reply, RequestBody } from './exchange.js';
import { during, RegistryError } from './registry-error.js';

/** What helps to tell of a request that had no answer. */
export interface SendContext {
  readonly operation: string;
  readonly registry: string;
}

/**
 * Sends one request once and gives the answer, whatever its status.
 *
 * Throws a transient `UNAVAILABLE` when no answer comes, `CANCELLED`.
 */
export async function send(
  connections: Connections,
  { method, url, headers, body, signal }: Exchange,
  { operation, registry }: SendContext,
): Promise<Reply> {
  const sending = new Sending(body);
  try {
    const dispatcher = await connections.to(url);
    const answer = await request(url, {
      dispatcher,
      method,
      headers,
      // Undici takes any iterable; its types do not say so.
      body: sending.body as Uint8Array | null,
      ...(signal && { signal }),
    });
    // A body that nobody reads any more may still fail.
    answer.body.on('error', () => {});
    return { status: answer.statusCode, headers: plain(answer.headers), body: answer.body, url };
  } catch (cause) {
    if (signal?.aborted) throw cancelled(operation, signal);
    if (sending.failure !== undefined) throw sending.failure;
    const refused = warmdockErrorIn(cause);
    throw refused ? during(operation, refused) : noAnswer(operation, registry, url, cause);
  }
}

/** A body that remembers why it could not be read: that is not the registry's fault. */
class Sending {
  readonly body: RequestBody | null;
  failure: unknown;

  constructor(body: RequestBody | undefined) {
    this.body = body && !(body instanceof Uint8Array) ? this.#watched(body) : (body ?? null);
  }

  async *#watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** An error that a look-up has thrown, also where undici wraps it. */
function warmdockErrorIn(error: unknown): unknown {
  if (isWarmdockError(error)) return error;
  const cause = (error as { cause?: unknown } | null)?.cause;
  return isWarmdockError(cause) ? cause : undefined;
}

/** Certificates that are not trusted will not be so a moment later. */
const permanent = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/;

function noAnswer(operation: string, registry: string, url: URL, cause: unknown): RegistryError {
  const code = codeIn(cause);
  const isPermanent = permanent.test(code);
  const place = url.host === registry ? '' : ` at ${url.host}`;
  return new RegistryError(
    'UNAVAILABLE',
    `${operation}: registry ${registry} did not answer${place}: ${reasonOf(cause) || code}`,
    { hint: hintFor(code, registry), cause, isTransient: !isPermanent && code !== 'ENOTFOUND' },
  );
}

/** OpenSSL's own messages tell of places in its source. */
function reasonOf(error: unknown): string {
  const { reason } = (error ?? {}) as { reason?: unknown };
  return typeof reason === 'string' ? reason : messageOf(error);
}

/** What a server says of a certificate is of the client's one; with TLS 1.2 it says no more than the last. */
const wantsClient = /_ALERT_.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/;

function hintFor(code: string, registry: string): string {
  const folder = `/etc/docker/certs.d/${registry}`;
  if (wantsClient.test(code))
    return `put your certificate into ${folder}/client.cert, and its key into client.key beside it`;
  return permanent.test(code)
    ? `put its authority into ${folder}/ca.crt, or allow plain HTTP`
    : 'see that the registry runs, and that proxies let it through';
}

function codeIn(error: unknown): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code === 'string' && code !== 'UND_ERR_SOCKET') return code;
  const cause = (error as { cause?: unknown } | null)?.cause;
  return cause ? codeIn(cause) : (code ?? '');
}

/** Challenges may come in several headers; of all others the first counts. */
function plain(headers: Record<string, string | string[] | undefined>): Reply['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? (name === 'www-authenticate' ? value.join(', ') : value[0]) : value,
    ]),
  );
}

import type { LookupFunction } from 'node:net';
import { extraCaCertificates } from '../../ca-certificates.js';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { hostOf, isLinkLocal, lookupElsewhere } from './addresses.js';
import { answerLimitBytes, type TokenRequest, type TokenResponse } from './exchange.js';
import { proxyOf } from './proxy-of.js';
import { TokenError } from './token-error.js';

export interface Question {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface AskOptions {
  signal: AbortSignal;
  /** How long the token server may take, default 30 s: BuildKit gives up after 60. */
  timeoutMs?: number;
  /** Where proxies and authorities are looked up, default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined;
  /** True for addresses that a token server must not have; default link-local ones. */
  refusesAddress?: ((address: string) => boolean) | undefined;
  /** Whether a login may go to a server without TLS that is not this machine; default false. */
  plainHttp?: boolean | undefined;
}

/**
 * Asks a token server as docker's client would: through the user's proxy, trusting the system's
 * authorities; except that no redirect is followed, since a login must not wander.
 *
 * A server on a link-local address is `PERMISSION_DENIED`: a challenge is written by others, and there a
 * cloud gives whoever asks the machine's own credentials. Through a proxy only an address that stands
 * in the URL is known; what a name stands for is the proxy's business. Throws `UNAVAILABLE` when
 * nobody answers, `CANCELLED`.
 */
export async function ask(
  registry: string,
  url: URL,
  { method, headers, body }: Question,
  { signal, timeoutMs = 30_000, env = process.env, refusesAddress = isLinkLocal }: AskOptions,
): Promise<Answer> {
  const operation = `asking ${urlWithoutQuery(url)} for a token of registry ${registry}`;
  const refuse = (address: string) => refused(operation, address);
  const literal = hostOf(url);
  if (refusesAddress(literal)) throw refuse(literal);
  const proxy = proxyOf(url, env);
  const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
  const sending: TokenRequest = {
    method: method ?? 'GET',
    headers: { ...form, ...headers },
    body: body?.toString() ?? null,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    ...((url.protocol === 'https:' || proxy?.protocol === 'https:') &&
      (await extraCaCertificates(env))),
  };
  try {
    const response = await (proxy
      ? (await import('./send-through.js')).sendThrough(proxy, url, sending)
      : send(url, sending, lookupElsewhere(refusesAddress, refuse)));
    return { status: response.status, text: await textOf(response.body) };
  } catch (cause) {
    if (signal.aborted) throw cancelled(operation, signal);
    if (isWarmdockError(cause)) throw cause;
    throw unreachable(operation, proxy, cause);
  }
}

async function send(
  url: URL,
  { body, ...options }: TokenRequest,
  lookup: LookupFunction,
): Promise<TokenResponse> {
  const { request } = await (url.protocol === 'https:'
    ? import('node:https')
    : import('node:http'));
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, maxHeaderSize: answerLimitBytes, lookup });
    sent.once('response', (answer) => resolve({ status: answer.statusCode ?? 0, body: answer }));
    sent.once('error', reject);
    sent.end(body ?? '');
  });
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > answerLimitBytes)
      throw new Error(`its answer is larger than ${answerLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refused(operation: string, address: string): WarmdockError {
  return new WarmdockError(
    'PERMISSION_DENIED',
    `${operation} is refused: ${address} is a ${isLinkLocal(address) ? 'link-local' : 'private'} address`,
    { hint: 'no registry keeps its token server there; do not trust the one that names it' },
  );
}

/** What a restart, or a network that is busy, comes to. */
const passing = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN']);

function unreachable(operation: string, proxy: URL | undefined, cause: unknown): WarmdockError {
  const way = proxy ? ` through proxy ${proxy.origin}` : '';
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  return new TokenError('UNAVAILABLE', `${operation}${way} failed: ${messageOf(cause)}`, {
    isTransient: passing.has(code),
    hint: 'if only the builder can reach it, set BUILDKIT_NO_CLIENT_TOKEN=1; the builder then receives the login itself',
    cause,
  });
}

/** The URL without its query and user part, which may hold secrets. */
export function urlWithoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

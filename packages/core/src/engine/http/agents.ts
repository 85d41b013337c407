import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { extraCaCertificates } from '../../ca-certificates.js';
import { messageOf, WarmdockError } from '../../errors.js';
import { type EngineEndpoint, type EngineTls, formatEndpoint } from '../endpoint/endpoint.js';

/** How soon a peer that vanished without a word is noticed while nothing is sent. */
export const KEEP_ALIVE_DELAY_MS = 15_000;

/** node's connection pools for an endpoint. */
export interface EngineAgents {
  /** Keeps connections for further requests. */
  readonly shared: Agent;
  /** A new connection for each request. */
  readonly dedicated: Agent;
  /** For connections by TLS that are no requests'. */
  readonly tls?: EngineTlsOptions;
}

/** As node takes them, the files read. */
type EngineTlsOptions = Pick<
  TlsConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'
>;

/** Throws `INVALID_ARGUMENT` when a TLS file cannot be read. */
export async function createAgents(endpoint: EngineEndpoint): Promise<EngineAgents> {
  const keepAlive = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_DELAY_MS };
  if (endpoint.kind === 'unix' || !endpoint.tls) {
    return { shared: new Agent(keepAlive), dedicated: new Agent() };
  }
  // Only TLS needs this module; it costs milliseconds of start-up.
  const [https, tls] = await Promise.all([
    import('node:https'),
    readTlsFiles(endpoint, endpoint.tls),
  ]);
  return {
    shared: new https.Agent({ ...keepAlive, ...tls }),
    dedicated: new https.Agent(tls),
    tls,
  };
}

async function readTlsFiles(
  endpoint: EngineEndpoint,
  { caFile, certFile, keyFile, verify }: EngineTls,
): Promise<EngineTlsOptions> {
  try {
    const [ca, cert, key] = await Promise.all(
      [caFile, certFile, keyFile].map((path) => (path ? readFile(path) : undefined)),
    );
    return {
      rejectUnauthorized: verify,
      ...(ca ? { ca } : await extraCaCertificates()),
      ...(cert && { cert }),
      ...(key && { key }),
    };
  } catch (cause) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `reading the TLS files for ${formatEndpoint(endpoint)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

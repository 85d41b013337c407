import net from 'node:net';
import type { Duplex } from 'node:stream';
import { extraCaCertificates } from '../ca-certificates.js';
import { connectedSocket, connectedTooLate } from '../connected-socket.js';
import { cancelled, messageOf, WarmdockError } from '../errors.js';
import { type BuilderAddress, formatBuilderAddress, type TlsFiles } from './address.js';

export interface DialOptions {
  signal?: AbortSignal | undefined;
  /** How long the connection (and the TLS handshake) may take, default 10 s. */
  timeoutMs?: number;
}

/**
 * Opens a byte stream to a builder.
 *
 * Throws `UNAVAILABLE` when nobody answers there in time, `INVALID_ARGUMENT` when a TLS file is unreadable.
 */
export async function dialBuilder(
  address: BuilderAddress,
  options: DialOptions = {},
): Promise<Duplex> {
  const name = formatBuilderAddress(address);
  if (options.signal?.aborted) throw cancelled(`connecting to builder ${name}`, options.signal);
  if (address.kind === 'unix') return opened(net.connect(address.path), 'connect', name, options);
  const { host, port, tls } = address;
  if (!tls) return opened(net.connect({ host, port }), 'connect', name, options);
  return dialTls(host, port, tls, name, options);
}

async function dialTls(
  host: string,
  port: number,
  files: TlsFiles,
  name: string,
  options: DialOptions,
): Promise<Duplex> {
  const { connect } = await import('node:tls');
  const { readFile } = await import('node:fs/promises');
  const read = async (what: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    return readFile(path).catch((cause: unknown) => {
      throw new WarmdockError(
        'INVALID_ARGUMENT',
        `cannot read the ${what} ${path} of builder ${name}: ${messageOf(cause)}`,
        { cause },
      );
    });
  };
  const [ca, cert, key] = await Promise.all([
    read('CA certificate', files.ca),
    read('client certificate', files.cert),
    read('client key', files.key),
  ]);
  // Node checks the certificate against `servername` when it is given, else against the host.
  const servername = files.serverName ?? (net.isIP(host) ? undefined : host);
  const socket = connect({
    host,
    port,
    ...(ca ? { ca } : await extraCaCertificates()),
    cert,
    key,
    ALPNProtocols: ['h2'],
    ...(servername && { servername }),
  });
  return opened(socket, 'secureConnect', name, options);
}

async function opened(
  socket: net.Socket,
  event: string,
  name: string,
  { signal, timeoutMs = 10_000 }: DialOptions,
): Promise<Duplex> {
  try {
    await connectedSocket(socket, event, { timeoutMs, signal });
  } catch (error) {
    if (signal?.aborted) throw cancelled(`connecting to builder ${name}`, signal);
    if (error === connectedTooLate) throw refused(name, `no answer within ${timeoutMs} ms`);
    throw refused(name, messageOf(error), error);
  }
  // Said to the socket itself: what TLS is given as an option does not reach it.
  return socket.setNoDelay(true).setKeepAlive(true, 30_000);
}

function refused(name: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('UNAVAILABLE', `cannot connect to builder ${name}: ${why}`, {
    hint: 'check the address and that buildkitd is running there',
    cause,
  });
}

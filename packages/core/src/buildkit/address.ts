import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text as aText } from '../options/checks.js';
import type { RequestTarget } from './grpc/channel.js';

/** Where a BuildKit can be dialled. */
export type BuilderAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsFiles }
  | { readonly kind: 'unix'; readonly path: string };

/** Mutual TLS, as file paths in PEM; `serverName` is what the builder's certificate must say, default the host. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

const defaultPort = 1234;

/** Whether a `--builder` value is an address rather than the name of a buildx builder. */
export function isBuilderAddress(text: string): boolean {
  return text.includes('://');
}

/**
 * Reads `tcp://host:port` (port 1234 when left out) or `unix:///path`; throws `INVALID_ARGUMENT` otherwise.
 *
 * A TLS connection needs `tls`; a plain one must not have it. The address of a builder's container is
 * `parseContainerAddress`'s to read.
 */
export function parseBuilderAddress(text: string, tls?: TlsFiles): BuilderAddress {
  checkArgument('parseBuilderAddress', 'text', text, aText);
  const url = parseUrl(text);
  if (url.protocol === 'unix:') return unixAddress(text);
  if (url.protocol !== 'tcp:') {
    throw unreadable(text, `the scheme ${url.protocol}// is not supported`);
  }
  if (!url.hostname) throw unreadable(text, 'it names no host');
  if (url.username || url.password)
    throw unreadable('tcp address', 'it carries credentials, which BuildKit does not take');
  const address = {
    kind: 'tcp',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || defaultPort),
  } as const;
  return tls ? { ...address, tls } : address;
}

/** The address as a person writes it. */
export function formatBuilderAddress(address: BuilderAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  return `tcp://${hostIn(address.host)}:${address.port}`;
}

/**
 * What requests to the address say as `:scheme` and `:authority`, as buildctl and buildx say it, so that
 * a proxy which tells its hosts apart does so for us.
 *
 * With TLS that is the name that the certificate is checked against, without a port.
 */
export function requestTarget(address: BuilderAddress): RequestTarget {
  if (address.kind === 'unix') return { scheme: 'http', authority: 'localhost' };
  const { host, port, tls } = address;
  if (tls) return { scheme: 'https', authority: tls.serverName ?? hostIn(host) };
  return { scheme: 'http', authority: `${hostIn(host)}:${port}` };
}

/** As it stands in an address. */
function hostIn(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function unixAddress(text: string): BuilderAddress {
  const path = text.slice('unix://'.length);
  if (!path.startsWith('/')) throw unreadable(text, 'a unix address needs an absolute path');
  return { kind: 'unix', path };
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw unreadable(text, 'it is not a URL', cause);
  }
}

function unreadable(text: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use builder address ${text}: ${why}`, {
    hint: 'write tcp://host:port, unix:///path/to/buildkitd.sock or docker-container://name',
    cause,
  });
}

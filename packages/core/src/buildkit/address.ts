import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text as aText } from '../options/checks.js';

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
 * A TLS connection needs `tls`; a plain one must not have it.
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
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
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
    hint: 'write tcp://host:port or unix:///path/to/buildkitd.sock',
    cause,
  });
}

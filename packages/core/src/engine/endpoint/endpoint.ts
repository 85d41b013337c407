import { WarmdockError } from '../../errors.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';

/** Files in PEM; which of them exist has been checked, their content has not been read. */
export interface EngineTls {
  /** Trusted instead of the system's authorities when given. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** False accepts any server certificate, as docker does with `DOCKER_TLS` alone. */
  readonly verify: boolean;
}

/** Where a Docker daemon listens. */
export type EngineEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls?: EngineTls;
    };

export const DEFAULT_SOCKET_PATH = '/var/run/docker.sock';
const defaultPort = 2375;

const unsupported: Readonly<Record<string, string>> = {
  npipe: 'Let the daemon listen on tcp:// as well and set DOCKER_HOST, or run in WSL 2.',
  ssh: 'Forward the socket, as in `ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST`, and use unix:///tmp/docker.sock.',
  fd: 'fd:// is for daemons that systemd starts; name the socket as unix:///PATH.',
};

/**
 * The endpoint of an address such as `unix:///var/run/docker.sock` or `tcp://host:2376`.
 *
 * As in docker, `unix://` alone is the default socket, a host without a scheme is tcp, the default
 * port is 2375 (even with TLS), the default host 127.0.0.1. Throws `UNSUPPORTED` for npipe, ssh and
 * fd, `INVALID_ARGUMENT` for what is no address.
 */
export function parseEngineAddress(address: string, tls?: EngineTls): EngineEndpoint {
  checkArgument('parseEngineAddress', 'address', address, text);
  const separator = address.indexOf('://');
  const scheme = separator < 0 ? 'tcp' : address.slice(0, separator);
  const rest = separator < 0 ? address : address.slice(separator + 3);

  if (scheme === 'unix') return { kind: 'unix', path: unixPath(rest, address) };
  if (scheme === 'tcp') return { kind: 'tcp', ...hostAndPort(rest, address), ...(tls && { tls }) };
  const hint = Object.hasOwn(unsupported, scheme) ? unsupported[scheme] : undefined;
  if (hint)
    throw new WarmdockError(
      'UNSUPPORTED',
      `Docker address ${quote(address)}: ${scheme}:// is not supported`,
      { hint },
    );
  throw invalid(address);
}

/** `unix:///var/run/docker.sock` or `tcp://host:2376`. */
export function formatEndpoint(endpoint: EngineEndpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}

function unixPath(rest: string, address: string): string {
  if (rest === '') return DEFAULT_SOCKET_PATH;
  if (rest.startsWith('/') && !rest.includes('\0')) return rest;
  throw invalid(address);
}

function hostAndPort(rest: string, address: string): { host: string; port: number } {
  const match = /^(?:\[([a-fA-F0-9:.]+)\]|([A-Za-z0-9._-]*))(?::(\d{1,5})?)?\/?$/.exec(rest);
  if (!match || address === '') throw invalid(address);
  const port = Number(match[3] ?? defaultPort);
  if (port === 0 || port > 65_535) throw invalid(address);
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

function invalid(address: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `not an address of a Docker daemon: ${quote(address)}`,
    {
      hint: 'Write it like unix:///var/run/docker.sock or tcp://host:2376.',
    },
  );
}

/** A password in a URL must not reach a log. */
function quote(address: string): string {
  return JSON.stringify(address.slice(0, 200).replace(/\/\/[^/@]*@/, '//***@'));
}

import { BlockList, isIP } from 'node:net';
import { WarmdockError } from '../../errors.js';

/**
 * The proxy through which docker's client would send a request to this URL; `undefined` for none.
 *
 * The rules are those of Go's `httpproxy`: `HTTPS_PROXY` or `HTTP_PROXY` by the URL's scheme, unless
 * `NO_PROXY` names the host; upper case before lower case; never for this machine itself. Throws
 * `INVALID_ARGUMENT` for a proxy that is no URL, `UNSUPPORTED` for one that is not spoken to by HTTP.
 */
export function proxyOf(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[variable] || env[variable.toLowerCase()];
  if (!proxy) return undefined;
  const target = targetOf(url);
  if (isThisMachine(target.host)) return undefined;
  const excepted = (env.NO_PROXY || env.no_proxy || '').split(',').map(toText);
  if (excepted.some((entry) => covers(entry, target))) return undefined;
  return parseProxy(proxy, variable);
}

interface Target {
  /** In lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: string;
}

function targetOf({ hostname, port, protocol }: URL): Target {
  return { host: unbracketed(hostname), port: port || (protocol === 'https:' ? '443' : '80') };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || contains(host, '127.0.0.0/8') || contains(host, '::1/128');
}

function toText(entry: string): string {
  return entry.trim().toLowerCase();
}

/** Whether an entry of `NO_PROXY` names the target: `*`, a network, an address or a domain, these two with a port or without. */
function covers(entry: string, target: Target): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return contains(target.host, entry);
  const [, host = '', port = ''] = /^(\[.*\]|[^:]*):(\d*)$/.exec(entry) ?? [null, entry];
  const name = unbracketed(host);
  if (name === '' || (port !== '' && port !== target.port)) return false;
  if (isIP(name)) return contains(target.host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  return isDomainOf(name, target.host);
}

/** `example.com` is that host and all below it, `.example.com` and `*.example.com` only those. */
function isDomainOf(entry: string, host: string): boolean {
  const domain = entry.startsWith('*.') ? entry.slice(1) : entry;
  if (domain.startsWith('.')) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}

/** Whether the host is an address in that network, `10.0.0.0/8`; nothing is in what is no network. */
function contains(host: string, network: string): boolean {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(network) ?? [];
  const family = isIP(address);
  if (!family || !isIP(host) || Number(length) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(length), kindOf(family));
  return list.check(host, kindOf(isIP(host)));
}

function kindOf(family: number): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** Without a scheme it is `http://`. */
function parseProxy(text: string, variable: string): URL {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) {
    // It may hold a password.
    throw new WarmdockError('INVALID_ARGUMENT', `the proxy in ${variable} is no URL`, {
      hint: `correct or unset ${variable}`,
    });
  }
  const proxy = new URL(withScheme);
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy;
  throw new WarmdockError(
    'UNSUPPORTED',
    `the proxy in ${variable} is one for ${proxy.protocol.slice(0, -1)}, which warmdock does not speak`,
    { hint: 'name an HTTP proxy, or set BUILDKIT_NO_CLIENT_TOKEN=1 and let the builder ask' },
  );
}

import type { SecureContextOptions } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { extraCaCertificates } from '../../ca-certificates.js';
import { WarmdockError } from '../../errors.js';
import { hostOf, lookupElsewhere } from '../token/addresses.js';
import { proxyOf } from '../token/proxy-of.js';
import { proxyAuthorization } from '../token/send-through.js';
import type { RegistryHost } from './registry-host.js';

/** The connections to one server, and to those that it sends elsewhere. */
export interface Connections extends AsyncDisposable {
  /** Throws `PERMISSION_DENIED` for an address that the server must not send to. */
  to(url: URL): Promise<Dispatcher>;
}

export interface ConnectionsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** True for addresses that this server must not send to. */
  readonly refusesAddress: (address: string) => boolean;
  /** How long a peer may be silent, default 60 s. */
  readonly stallMs?: number | undefined;
}

/** Enough for those who load side by side; more only share the same wire. */
const connectionsPerOrigin = 16;
/** A registry may copy a large blob before it answers. */
const answerMs = 300_000;
const maxHeaderSize = 256 * 1024;

export function openConnections(
  host: RegistryHost,
  { env, refusesAddress, stallMs = 60_000 }: ConnectionsOptions,
): Connections {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  let system: ReturnType<typeof extraCaCertificates> | undefined;

  /** Some hundred files: read once, and only where TLS is spoken. */
  function authorities() {
    system ??= extraCaCertificates(env);
    return system;
  }

  async function open(url: URL, isOwn: boolean): Promise<Dispatcher> {
    const proxy = proxyOf(url, env);
    const tls = url.protocol === 'https:' ? await tlsOf(host, isOwn, await authorities()) : {};
    const common = {
      connections: connectionsPerOrigin,
      headersTimeout: Math.max(answerMs, stallMs),
      bodyTimeout: stallMs,
      maxHeaderSize,
    };
    if (proxy) {
      const token = proxyAuthorization(proxy);
      return new ProxyAgent({
        ...common,
        uri: proxy.href,
        ...(token && { token }),
        requestTls: { ...tls, timeout: host.connectTimeoutMs },
        ...(proxy.protocol === 'https:' && { proxyTls: await authorities() }),
        proxyTunnel: url.protocol === 'https:',
      });
    }
    const lookup = isOwn ? {} : { lookup: lookupElsewhere(refusesAddress, refused) };
    const connect = connectorOf({ ...tls, ...lookup, timeout: host.connectTimeoutMs });
    return new Agent({ ...common, connect });
  }

  return {
    async to(url) {
      const isOwn = url.origin === host.base.origin;
      const literal = hostOf(url);
      if (!isOwn && refusesAddress(literal)) throw refused(literal);
      const found = dispatchers.get(url.origin) ?? open(url, isOwn);
      dispatchers.set(url.origin, found);
      return found;
    },
    async [Symbol.asyncDispose]() {
      const opened = await Promise.allSettled(dispatchers.values());
      const ends = opened.map((each) =>
        each.status === 'fulfilled' ? each.value.destroy() : undefined,
      );
      await Promise.allSettled(ends);
    },
  };
}

/** An error ends its connection: undici would tell of the end that comes after it, not of the error. */
function connectorOf(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options);
  return (target, done) =>
    connect(target, (...[error, socket]) => {
      if (error) return done(error, null);
      socket.prependListener('error', (failure) => socket.destroy(failure));
      done(null, socket);
    });
}

async function tlsOf(
  { tls }: RegistryHost,
  isOwn: boolean,
  system: { readonly ca?: string[] },
): Promise<SecureContextOptions & { rejectUnauthorized?: boolean }> {
  if (!isOwn) return system;
  if (tls.ca.length === 0) return { ...system, ...ownTls(tls) };
  const { rootCertificates } = await import('node:tls');
  return { ca: [...(system.ca ?? rootCertificates), ...tls.ca], ...ownTls(tls) };
}

function ownTls({ client, verify }: RegistryHost['tls']) {
  return {
    ...(client.length > 0 && {
      cert: client.map(({ cert }) => cert),
      key: client.map(({ key }) => key),
    }),
    ...(!verify && { rejectUnauthorized: false }),
  };
}

function refused(address: string): WarmdockError {
  return new WarmdockError(
    'PERMISSION_DENIED',
    `the registry sends to the private address ${address}, which is refused`,
    { hint: 'do not trust this registry, or reach it by its own private address' },
  );
}

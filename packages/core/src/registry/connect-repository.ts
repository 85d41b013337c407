import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import type { StoredLogin } from '../docker/config.js';
import type { Reference } from '../oci/reference.js';
import { createAuthorizer } from './auth/authorizer.js';
import { createRepository } from './create-repository.js';
import { registryHosts } from './hosts/registry-hosts.js';
import { openConnections } from './http/connections.js';
import { openRegistryClient, type RegistryClient } from './http/registry-client.js';
import type { HostTls, RegistryHost } from './http/registry-host.js';
import { registryLogin } from './login/registry-credentials.js';
import type { Repository } from './repository.js';
import type { RepositoryOptions } from './repository-options.js';
import { hostOf, isLinkLocal, isLoopback, isPrivate } from './token/addresses.js';
import { proxyOf } from './token/proxy-of.js';

/** As `openRepository`, which loads this only when it is called. */
export async function connectRepository(
  { domain, path }: Pick<Reference, 'domain' | 'path'>,
  options: RepositoryOptions,
  env: NodeJS.ProcessEnv,
): Promise<Repository> {
  const { certsDirectories, plainHttp } = options;
  const isPlain = async (tls: HostTls) => plainHttp ?? isPlainHere(domain, tls);
  const hosts = await registryHosts(domain, { env, isPlain, certsDirectories });
  // A login that was given is for the registry, not for who mirrors it.
  const ofMirror = { ...options, login: undefined };
  const [origin, ...mirrors] = await Promise.all([
    openHost(domain, hosts.origin, options, env),
    ...hosts.mirrors.map((host) => openHost(domain, host, ofMirror, env)),
  ]);
  const onNotice = options.onNotice ?? (() => {});
  return createRepository({ registry: domain, path, origin, mirrors, onNotice });
}

async function openHost(
  registry: string,
  host: RegistryHost,
  options: RepositoryOptions,
  env: NodeJS.ProcessEnv,
): Promise<RegistryClient> {
  const refusesAddress = await refusalOf(host.base, env);
  const { stallMs, retries } = options;
  const connections = openConnections(host, { env, refusesAddress, stallMs });
  const plainHttp = host.base.protocol === 'http:';
  const name = registry === 'docker.io' ? registry : host.base.host;
  const login = () => loginOf(name, options, env);
  const authorizer = createAuthorizer({ registry: name, login, env, refusesAddress, plainHttp });
  return openRegistryClient(host, { registry, connections, authorizer, retries });
}

async function loginOf(
  registry: string,
  { login }: RepositoryOptions,
  env: NodeJS.ProcessEnv,
): Promise<StoredLogin | undefined> {
  if (login === null) return undefined;
  return login
    ? { ...login, identityToken: '', registryToken: '' }
    : registryLogin(registry, { env });
}

/**
 * Which addresses a server must not send to: link-local ones, and private ones where it is itself on
 * a public address, or behind a proxy, which alone may know its address.
 */
async function refusalOf(base: URL, env: NodeJS.ProcessEnv): Promise<(address: string) => boolean> {
  if (proxyOf(base, env)) return isPrivate;
  const host = hostOf(base);
  const addresses = await lookup(host, { all: true }).catch(() => []);
  const isInside = addresses.some(({ address }) => isPrivate(address));
  return isInside ? isLinkLocal : isPrivate;
}

/** Whether a registry on this machine speaks without TLS; all others do with it. */
async function isPlainHere(registry: string, { ca }: HostTls): Promise<boolean> {
  const url = new URL(`https://${registry}/`);
  if (!isLoopback(url) || ca.length > 0) return false;
  return !(await speaksTls(hostOf(url), Number(url.port || 443)));
}

/** Any certificate will do here: who uses the connection checks it. */
function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: 5000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(isCertificateWanted(error)));
  });
}

/** A server that wants a certificate of ours speaks TLS: `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED` and its like. */
function isCertificateWanted({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('ERR_SSL_') && code.includes('CERTIFICATE');
}

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificates,
  makeCertificates,
  type RegistryOptions,
  startJwtTokenServer,
  startRegistry,
} from '@warmdock/testkit';
import { login } from './registry-gate.js';

/** A registry that does not let everybody in. */
export interface GuardedRegistry extends AsyncDisposable {
  /** `host:port`, the first part of a reference. */
  readonly address: string;
  /** Of its server, its clients and its tokens. */
  readonly certificates: Certificates;
  /** A folder for the test's own files, removed with the registry. */
  readonly folder: string;
}

/** Who may pull, and no more. */
export const reader = { username: 'reader', password: 'a reader:s word' };

/** bcrypt of the login's password; a low cost, since each request is checked. */
const htpasswd = `${login.username}:$2y$05$abcdefghijklmnopqrstuu10lxYOyE3chuoYxKhfTNqEK/po8Rjfe\n`;

/** Lets in who has the login, by Basic authentication. */
export function basicRegistry(): Promise<GuardedRegistry> {
  return guarded(async () => ({
    auth: { htpasswd: { realm: 'test', path: '/srv/htpasswd' } },
    files: { htpasswd },
  }));
}

/** Lets in who has a token: the login may do all, `reader` may pull. */
export function tokenRegistry(): Promise<GuardedRegistry> {
  return guarded(async ({ ca, serverCert, serverKey }, also) => {
    const users = [
      { ...login, actions: ['pull', 'push', 'delete'] },
      { ...reader, actions: ['pull'] },
    ];
    const [key, certificate] = [serverKey, serverCert].map((path) => readFileSync(path, 'utf8'));
    if (!key || !certificate) throw new Error('no certificate');
    const tokens = also(await startJwtTokenServer({ users, key, certificate }));
    return {
      auth: { token: { ...tokens.auth, rootcertbundle: '/srv/ca.pem' } },
      files: { 'ca.pem': readFileSync(ca, 'utf8') },
    };
  });
}

/** Speaks TLS, and may want a certificate of its clients. */
export function tlsRegistry({ wantsClient = false } = {}): Promise<GuardedRegistry> {
  return guarded(async ({ ca, serverCert: cert, serverKey: key }) => ({
    tls: { cert, key, ...(wantsClient && { clientCa: ca }) },
  }));
}

async function guarded(
  optionsOf: (
    certificates: Certificates,
    also: <T extends AsyncDisposable>(part: T) => T,
  ) => Promise<RegistryOptions>,
): Promise<GuardedRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-it-'));
  const parts: AsyncDisposable[] = [];
  const also = <T extends AsyncDisposable>(part: T) => {
    parts.push(part);
    return part;
  };
  const dispose = async () => {
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const certificates = await makeCertificates(folder, '127.0.0.1');
    const { address } = also(await startRegistry(await optionsOf(certificates, also)));
    return { address, certificates, folder, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Docker's folder of certificates that knows the registry's authority, and its client if wanted. */
export function certsDirectory(registry: GuardedRegistry, { withClient = false } = {}): string {
  const { address, certificates, folder } = registry;
  const directory = mkdtempSync(join(folder, 'certs.d-'));
  const put = (from: string, name: string) => copyFileSync(from, join(directory, address, name));
  mkdirSync(join(directory, address));
  put(certificates.ca, 'ca.crt');
  if (!withClient) return directory;
  put(certificates.clientCert, 'client.cert');
  put(certificates.clientKey, 'client.key');
  return directory;
}

/** The same as containerd has it, in `hosts.toml`. */
export function hostsDirectory(registry: GuardedRegistry, { withClient = false } = {}): string {
  const { address, certificates, folder } = registry;
  const { ca, clientCert, clientKey } = certificates;
  const directory = mkdtempSync(join(folder, 'hosts-'));
  mkdirSync(join(directory, address));
  const lines = [`server = "https://${address}"`, `ca = ${JSON.stringify(ca)}`];
  if (withClient) lines.push(`client = ${JSON.stringify([[clientCert, clientKey]])}`);
  writeFileSync(join(directory, address, 'hosts.toml'), `${lines.join('\n')}\n`);
  return directory;
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, WarmdockError } from './errors.js';

/**
 * TLS options that trust whom docker's client trusts: the system's authorities, as Go finds them by
 * `SSL_CERT_FILE` and `SSL_CERT_DIR`, or else in the usual places; and besides, those in the PEM file
 * that `WARMDOCK_EXTRA_CA_CERTS` names. A system without any leaves Node's own.
 *
 * That variable stands for `NODE_EXTRA_CA_CERTS`, which costs Node 30 ms at every start, also where
 * no TLS is spoken: a launcher may rename it, and it is read here when a connection needs it. Throws
 * `INVALID_ARGUMENT` when the file cannot be read.
 */
export async function extraCaCertificates(env = process.env): Promise<{ ca?: string[] }> {
  const [system, extra] = await Promise.all([systemAuthorities(env), extraAuthorities(env)]);
  if (system.length > 0) return { ca: [...system, ...extra] };
  if (extra.length === 0) return {};
  const { rootCertificates } = await import('node:tls');
  return { ca: [...rootCertificates, ...extra] };
}

async function extraAuthorities({ WARMDOCK_EXTRA_CA_CERTS: path }: NodeJS.ProcessEnv) {
  if (!path) return [];
  try {
    return [await readFile(path, 'utf8')];
  } catch (cause) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot read the certificates of NODE_EXTRA_CA_CERTS ${path}: ${messageOf(cause)}`,
      { hint: 'correct or unset NODE_EXTRA_CA_CERTS', cause },
    );
  }
}

/** Where distributions keep all authorities in one file; the first that can be read counts (Go's `root_linux.go`). */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Where they keep one in each file; all of them count. */
const directories = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Each once, in PEM. As with Go, what cannot be read is passed over: other places may have enough. */
async function systemAuthorities({
  SSL_CERT_FILE: file,
  SSL_CERT_DIR: named,
}: NodeJS.ProcessEnv): Promise<string[]> {
  const [bundle, ...single] = await Promise.all([
    firstReadable(file ? [file] : bundles),
    ...(named ? named.split(':') : directories).map(textsIn),
  ]);
  const texts = [bundle, ...single.flat()];
  return [...new Set(texts.flatMap((text) => text.match(certificate) ?? []))];
}

async function firstReadable([path, ...others]: readonly string[]): Promise<string> {
  if (path === undefined) return '';
  return readFile(path, 'utf8').catch(() => firstReadable(others));
}

async function textsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isSymbolicLink() && (await isBeside(path))) return '';
      return readFile(path, 'utf8').catch(() => '');
    }),
  );
}

/** Whether a link names another file of its directory: the names by hash, which OpenSSL looks for. */
async function isBeside(link: string): Promise<boolean> {
  const target = await readlink(link).catch(() => '/');
  return !target.includes('/');
}

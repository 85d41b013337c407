import { readFile } from 'node:fs/promises';
import { messageOf, WarmdockError } from './errors.js';

/**
 * TLS options that trust the PEM file named by `WARMDOCK_EXTRA_CA_CERTS` besides Node's own
 * authorities; empty when it is not set.
 *
 * The variable stands for `NODE_EXTRA_CA_CERTS`, which costs Node 30 ms at every start, also where
 * no TLS is spoken: a launcher may rename it, and it is read here when a connection needs it. Throws
 * `INVALID_ARGUMENT` when the file cannot be read.
 */
export async function trustedAuthorities(env = process.env): Promise<{ ca?: string[] }> {
  const path = env.WARMDOCK_EXTRA_CA_CERTS;
  if (!path) return {};
  const { rootCertificates } = await import('node:tls');
  try {
    return { ca: [...rootCertificates, await readFile(path, 'utf8')] };
  } catch (cause) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot read the certificates of NODE_EXTRA_CA_CERTS ${path}: ${messageOf(cause)}`,
      { hint: 'correct or unset NODE_EXTRA_CA_CERTS', cause },
    );
  }
}

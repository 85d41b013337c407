import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { WarmdockError } from '../../../errors.js';
import { SshReader, sshNumber, sshString } from './wire.js';

/** A private key that signs for who knows its public half. */
export interface SshKey {
  /** The public key as ssh writes it. */
  readonly publicKey: Buffer;
  /** A signature as ssh writes it; `flags` are those of the agent's protocol, which choose RSA's hash. */
  sign(data: Uint8Array, flags: number): Buffer;
}

/**
 * Reads a private key, in OpenSSH's own form or in PEM: Ed25519, RSA, or ECDSA on a NIST curve.
 *
 * Throws `INVALID_ARGUMENT` for anything else, and for a key with a passphrase; `path` is for messages.
 */
export function parseSshKey(text: string, path: string): SshKey {
  const key = privateKeyOf(text, path);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return ed25519(key, jwk);
  if (jwk.kty === 'RSA') return rsa(key, jwk);
  const curve = curves.find(({ crv }) => crv === jwk.crv);
  if (jwk.kty === 'EC' && curve) return ecdsa(key, jwk, curve);
  throw unusable(path, 'it is no Ed25519, RSA or ECDSA key');
}

const curves = [
  { crv: 'P-256', name: 'nistp256', hash: 'sha256' },
  { crv: 'P-384', name: 'nistp384', hash: 'sha384' },
  { crv: 'P-521', name: 'nistp521', hash: 'sha512' },
] as const;

function ed25519(key: KeyObject, { x = '' }: JsonWebKey): SshKey {
  const type = sshString('ssh-ed25519');
  return {
    publicKey: Buffer.concat([type, sshString(decoded(x))]),
    sign: (data) => Buffer.concat([type, sshString(sign(null, data, key))]),
  };
}

/** By the agent's flags; without one it is SHA-1, which nobody should ask for any more. */
const rsaHashes = [
  { flag: 4, type: 'rsa-sha2-512', hash: 'sha512' },
  { flag: 2, type: 'rsa-sha2-256', hash: 'sha256' },
] as const;

function rsa(key: KeyObject, { e = '', n = '' }: JsonWebKey): SshKey {
  return {
    publicKey: Buffer.concat([sshString('ssh-rsa'), sshNumber(decoded(e)), sshNumber(decoded(n))]),
    sign(data, flags) {
      const asked = rsaHashes.find(({ flag }) => (flags & flag) !== 0);
      const { type, hash } = asked ?? { type: 'ssh-rsa', hash: 'sha1' };
      return Buffer.concat([sshString(type), sshString(sign(hash, data, key))]);
    },
  };
}

function ecdsa(
  key: KeyObject,
  { x = '', y = '' }: JsonWebKey,
  { name, hash }: (typeof curves)[number],
): SshKey {
  const type = sshString(`ecdsa-sha2-${name}`);
  const point = Buffer.concat([Buffer.from([4]), decoded(x), decoded(y)]);
  return {
    publicKey: Buffer.concat([type, sshString(name), sshString(point)]),
    sign(data) {
      const both = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
      const half = both.length / 2;
      const numbers = [sshNumber(both.subarray(0, half)), sshNumber(both.subarray(half))];
      return Buffer.concat([type, sshString(Buffer.concat(numbers))]);
    },
  };
}

function privateKeyOf(text: string, path: string): KeyObject {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text) ?? [];
  try {
    if (body === undefined) return createPrivateKey(text);
    return createPrivateKey({ key: openSshJwk(Buffer.from(body, 'base64'), path), format: 'jwk' });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === 'INVALID_ARGUMENT') throw cause;
    const isLocked = code === 'ERR_MISSING_PASSPHRASE';
    throw unusable(path, isLocked ? 'it has a passphrase' : 'it cannot be read as one', cause);
  }
}

/** OpenSSH's PROTOCOL.key. */
function openSshJwk(bytes: Buffer, path: string): JsonWebKey {
  const outer = new SshReader(bytes);
  if (outer.take(15).toString('latin1') !== 'openssh-key-v1\0')
    throw unusable(path, 'it is of an unknown version');
  const cipher = outer.text();
  if (cipher !== 'none') throw unusable(path, 'it has a passphrase');
  outer.string();
  outer.string();
  if (outer.uint32() !== 1) throw unusable(path, 'it holds several keys');
  outer.string();
  const inner = new SshReader(outer.string());
  const checks = [inner.uint32(), inner.uint32()];
  if (checks[0] !== checks[1]) throw unusable(path, 'it is damaged');
  return jwkOf(inner, path);
}

function jwkOf(reader: SshReader, path: string): JsonWebKey {
  const type = reader.text();
  if (type === 'ssh-ed25519') {
    const x = encoded(reader.string());
    return { kty: 'OKP', crv: 'Ed25519', x, d: encoded(reader.string().subarray(0, 32)) };
  }
  if (type === 'ssh-rsa') return rsaJwk(reader);
  const curve = curves.find(({ name }) => type === `ecdsa-sha2-${name}`);
  if (!curve) throw unusable(path, `keys of type ${JSON.stringify(type)} are not supported`);
  reader.string();
  const point = reader.string();
  const half = (point.length - 1) / 2;
  const d = reader.number();
  return {
    kty: 'EC',
    crv: curve.crv,
    x: encoded(point.subarray(1, 1 + half)),
    y: encoded(point.subarray(1 + half)),
    d: encoded(Buffer.concat([Buffer.alloc(Math.max(half - d.length, 0)), d])),
  };
}

function rsaJwk(reader: SshReader): JsonWebKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => reader.number()) as Buffer[];
  const rest = (prime: Buffer | undefined) => numberBytes(asNumber(d) % (asNumber(prime) - 1n));
  const all = { n, e, d, p, q, dp: rest(p), dq: rest(q), qi };
  const fields = Object.entries(all).map(([name, value]) => [name, encoded(value)]);
  return { kty: 'RSA', ...Object.fromEntries(fields) };
}

function asNumber(bytes: Buffer = Buffer.alloc(0)): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`);
}

function numberBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

function encoded(bytes: Buffer = Buffer.alloc(0)): string {
  return bytes.toString('base64url');
}

function decoded(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function unusable(path: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use ssh key ${path}: ${why}`, {
    hint: 'give a private key without a passphrase, or the socket of an agent that holds it',
    cause,
  });
}

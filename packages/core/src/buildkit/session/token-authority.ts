import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { StoredLogin } from '../../docker/config.js';

/** Everything before the 32-byte seed in the PKCS #8 form of an Ed25519 private key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface TokenAuthority {
  /** 32 bytes. */
  readonly publicKey: Buffer;
  /** Signs so that NaCl's `sign_open` accepts it: the signature, then the payload. */
  sign(payload: Uint8Array): Buffer;
}

/**
 * The key by which BuildKit recognises a session that holds the same login for a registry.
 *
 * It depends on the daemon's `salt`, on `identityKey` (a secret of this machine) and on the login, so
 * a token is shared only between builds of one user with one login, and the public key gives a
 * dishonest builder nothing to try passwords against. Without a login the salt alone counts, as in
 * buildx: anonymous tokens are shared by all.
 */
export function tokenAuthority(
  host: string,
  login: StoredLogin | undefined,
  salt: Uint8Array,
  identityKey: () => Uint8Array,
): TokenAuthority {
  const seed = createHmac('sha256', salt);
  if (login)
    seed.update(
      createHmac('sha256', identityKey())
        .update(JSON.stringify([host, login]))
        .digest(),
    );
  const key = privateKey(seed.digest());
  return {
    publicKey: publicKeyOf(key),
    sign: (payload) => Buffer.concat([sign(null, payload, key), payload]),
  };
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

function publicKeyOf(key: KeyObject): Buffer {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
}

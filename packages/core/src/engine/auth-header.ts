import type { StoredLogin } from '../docker/config.js';

/** A login as the daemon takes it, in `X-Registry-Auth`. */
export function authHeader({
  username,
  password,
  identityToken,
  registryToken,
}: StoredLogin): string {
  const auth = {
    username,
    password,
    identitytoken: identityToken,
    registrytoken: registryToken,
  };
  return Buffer.from(JSON.stringify(auth)).toString('base64url');
}

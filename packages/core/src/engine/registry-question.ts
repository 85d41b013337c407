import type { CallOptions } from '../content/content.js';
import type { StoredLogin } from '../docker/config.js';
import { formatReference, type Reference } from '../oci/reference.js';
import { authHeader } from './auth-header.js';
import type { EngineConnection } from './connection.js';
import { call } from './http/call.js';

/** With whose login the registry is asked. */
export interface RegistryQuestionOptions extends CallOptions {
  /** For the reference's registry, default none. */
  readonly login?: StoredLogin | undefined;
}

/**
 * Whether the daemon finds the reference in its registry, by the mirrors and rules by which it pulls.
 *
 * False whatever the registry's reason is: it is not there, it is not for this user, nobody answers.
 */
export async function isInRegistry(
  connection: EngineConnection,
  reference: Reference,
  { login, signal }: RegistryQuestionOptions,
): Promise<boolean> {
  const name = formatReference(reference);
  const answer = await call(connection.http, {
    method: 'GET',
    operation: `asking for ${name} in its registry`,
    path: await connection.versioned(`/distribution/${encodeURI(name)}/json`, { signal }),
    ...(login && { headers: { 'X-Registry-Auth': authHeader(login) } }),
    signal,
  });
  return answer.status === 200;
}

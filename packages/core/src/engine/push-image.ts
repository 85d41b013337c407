import type { CallOptions } from '../content/content.js';
import type { StoredLogin } from '../docker/config.js';
import { WarmdockError } from '../errors.js';
import { type Digest, isDigest } from '../oci/digest.js';
import { formatReference, nameOf, type Reference } from '../oci/reference.js';
import { jsonMessages } from './answers/json-stream.js';
import { authHeader } from './auth-header.js';
import type { EngineConnection } from './connection.js';
import { engineFailure, headOf, refusalOf } from './http/call.js';
import { type EngineRequest, endRequest } from './http/http.js';

/** With whose login an image is pushed, and who hears of it. */
export interface PushImageOptions extends CallOptions {
  /** For the reference's registry, default none. */
  readonly login?: StoredLogin | undefined;
  /** Hears of each layer's bytes that went, in its own count. */
  readonly onLayer?: ((layer: string, sentBytes: number) => void) | undefined;
}

/**
 * Has the daemon push an image under a name that it has; gives the digest that the registry then has.
 *
 * Throws `NOT_FOUND` when the daemon has no such image, `UNAVAILABLE` with the daemon's words when it
 * cannot push, `CANCELLED`.
 */
export async function pushImage(
  connection: EngineConnection,
  reference: Reference,
  { login, onLayer, signal }: PushImageOptions,
): Promise<Digest> {
  const name = formatReference(reference);
  const operation = `pushing image ${name}`;
  const { http } = connection;
  const query = new URLSearchParams({ tag: reference.tag ?? '' });
  const path = `/images/${encodeURI(nameOf(reference))}/push?${query}`;
  const request: EngineRequest = {
    operation,
    method: 'POST',
    path: await connection.versioned(path, { signal }),
    // Without one older daemons refuse.
    headers: { 'X-Registry-Auth': login ? authHeader(login) : 'e30=' },
    signal,
    dedicated: true,
  };
  const sent = await http.start(request);
  try {
    const answered = headOf(sent);
    endRequest(sent, request);
    const answer = await answered;
    if (answer.statusCode !== 200) throw await refusalOf(request, answer);
    let digest: Digest | undefined;
    for await (const message of jsonMessages(answer, { operation, code: 'UNAVAILABLE' })) {
      const told = message.object('aux')?.optionalText('Digest');
      if (told && isDigest(told)) digest = told;
      const layer = message.optionalText('id');
      const bytes = message.object('progressDetail')?.optionalNumber('current');
      if (layer && bytes !== undefined) onLayer?.(layer, bytes);
    }
    if (digest) return digest;
    throw new WarmdockError('PROTOCOL', `${operation}: the daemon told no digest`);
  } catch (error) {
    throw engineFailure(http, request, error);
  } finally {
    sent.destroy();
  }
}

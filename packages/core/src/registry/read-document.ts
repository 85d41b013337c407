import { MAX_DOCUMENT_BYTES } from '../oci/document-size.js';
import type { Reply } from './http/exchange.js';
import { readCapped } from './http/read-capped.js';
import { BrokenBodyError } from './http/registry-error.js';
import type { HostCapability } from './http/registry-host.js';
import { withRetries } from './http/with-retries.js';
import {
  operationOf,
  type RepositoryAccess,
  type RepositoryRequest,
  read,
} from './repository-access.js';

/** An answer with its whole body. */
export interface Document {
  readonly reply: Reply;
  readonly bytes: Buffer;
}

/** Reads an answer with its whole body, which is asked for again when it breaks off. */
export function readDocument(
  access: RepositoryAccess,
  capability: HostCapability,
  request: RepositoryRequest,
): Promise<Document> {
  const attempt = async () => {
    const reply = await read(access, capability, request);
    return { reply, bytes: await readCapped(reply, MAX_DOCUMENT_BYTES) };
  };
  return withRetries(attempt, {
    operation: operationOf(access, request.doing),
    signal: request.signal,
    when: (error) => error instanceof BrokenBodyError,
  });
}

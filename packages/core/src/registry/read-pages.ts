import { locationOf } from './http/location.js';
import type { HostCapability } from './http/registry-host.js';
import { type Document, readDocument } from './read-document.js';
import { operationOf, type RepositoryAccess, type RepositoryRequest } from './repository-access.js';

/** The pages of a list, as each names the next one; at most `maxPages`, as one that never ends is none. */
export async function* readPages(
  access: RepositoryAccess,
  capability: HostCapability,
  request: RepositoryRequest,
  maxPages: number,
): AsyncGenerator<Document, void, undefined> {
  const context = { operation: operationOf(access, request.doing), registry: access.registry };
  let { place } = request;
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await readDocument(access, capability, { ...request, place });
    yield page;
    const next = nextPage(page.reply.headers.link);
    if (next === undefined) return;
    place = locationOf(next, page.reply.url, context);
  }
}

/** The target of `<...>; rel="next"` (RFC 8288). */
function nextPage(link: string | undefined): string | undefined {
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
}

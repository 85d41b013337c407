import * as z from 'zod/mini';
import type { CallOptions } from '../content/content.js';
import { WarmdockError } from '../errors.js';
import { isDigest } from '../oci/digest.js';
import { locationOf } from './http/location.js';
import { readDocument } from './read-document.js';
import { operationOf, type RepositoryAccess } from './repository-access.js';

/** The largest page that every registry gives (ECR refuses more). */
const pageSize = 1000;
/** A list that goes on for ever is none. */
const maxPages = 10_000;

const pageSchema = z.looseObject({ tags: z.nullish(z.array(z.string())) });

/** All tags, page by page; what is a digest in truth is left out. */
export async function* listTags(
  access: RepositoryAccess,
  { signal }: CallOptions = {},
): AsyncGenerator<string, void, undefined> {
  const doing = 'listing the tags';
  let place: string | URL = `tags/list?n=${pageSize}`;
  const seen = new Set<string>();
  for (let pages = 0; pages < maxPages; pages++) {
    const asked = { doing, place, accepts: [200], signal };
    const { reply, bytes } = await readDocument(access, 'resolve', asked);
    for (const tag of tagsIn(bytes, operationOf(access, doing))) {
      if (seen.has(tag) || isDigest(tag)) continue;
      seen.add(tag);
      yield tag;
    }
    const next = nextPage(reply.headers.link);
    if (next === undefined) return;
    const { registry } = access;
    place = locationOf(next, reply.url, { operation: operationOf(access, doing), registry });
  }
}

function tagsIn(bytes: Buffer, operation: string): readonly string[] {
  try {
    return pageSchema.parse(JSON.parse(bytes.toString('utf8'))).tags ?? [];
  } catch (cause) {
    throw new WarmdockError('PROTOCOL', `${operation}: the answer is no list of tags`, {
      hint: 'see whether the address is that of a registry',
      cause,
    });
  }
}

/** The target of `<...>; rel="next"` (RFC 8288). */
export function nextPage(link: string | undefined): string | undefined {
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
}

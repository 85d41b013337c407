import * as z from 'zod/mini';
import type { CallOptions } from '../content/content.js';
import { WarmdockError } from '../errors.js';
import { isDigest } from '../oci/digest.js';
import { readPages } from './read-pages.js';
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
  const asked = { doing, place: `tags/list?n=${pageSize}`, accepts: [200], signal };
  const seen = new Set<string>();
  for await (const { bytes } of readPages(access, 'resolve', asked, maxPages))
    for (const tag of tagsIn(bytes, operationOf(access, doing))) {
      if (seen.has(tag) || isDigest(tag)) continue;
      seen.add(tag);
      yield tag;
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

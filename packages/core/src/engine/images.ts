import type { CallOptions } from '../content/content.js';
import { WarmdockError } from '../errors.js';
import type { Digest } from '../oci/digest.js';
import { familiarNameOf, formatReference, type Reference } from '../oci/reference.js';
import {
  type ImageInspect,
  type ImageSummary,
  parseHistoryId,
  parseImageList,
  parseInspect,
} from './answers/image-answers.js';
import type { EngineConnection } from './connection.js';
import { jsonOf, succeeded } from './http/call.js';

/** How an image is removed. */
export interface RemoveImageOptions extends CallOptions {
  /** Also when several tags name it or a stopped container uses it; default false. */
  readonly force?: boolean | undefined;
  /** Keep its untagged parents; default false. */
  readonly noPrune?: boolean | undefined;
}

export async function inspectImage(
  connection: EngineConnection,
  idOrReference: string,
  options: CallOptions,
): Promise<ImageInspect | undefined> {
  const answer = await connection.ask(
    'GET',
    `${pathOf(idOrReference)}/json`,
    `inspecting image ${idOrReference}`,
    options,
  );
  return answer.status === 404 ? undefined : parseInspect(jsonOf(answer));
}

/**
 * The id that a reference names, from the image's history: there the containerd store looks at a
 * third of what an inspect makes it look at. An image without history, or one whose layers Docker 24
 * and 25 have not unpacked (status 500), is inspected after all.
 */
export async function resolveImage(
  connection: EngineConnection,
  reference: Reference,
  options: CallOptions,
): Promise<Digest | undefined> {
  const name = formatReference(reference);
  const path = `${pathOf(name)}/history`;
  const answer = await connection.askAtOnce(path, `resolving image ${name}`, options);
  if (answer.status === 404) return undefined;
  const id = answer.status === 200 ? parseHistoryId(jsonOf(answer)) : undefined;
  return id ?? (await inspectImage(connection, name, options))?.id;
}

export async function listImages(
  connection: EngineConnection,
  options: CallOptions,
): Promise<ImageSummary[]> {
  return parseImageList(
    jsonOf(await connection.ask('GET', '/images/json', 'listing images', options)),
  );
}

export async function tagImage(
  connection: EngineConnection,
  idOrReference: string,
  reference: Reference,
  options: CallOptions,
): Promise<boolean> {
  const name = formatReference(reference);
  if (!reference.tag)
    throw new WarmdockError('INVALID_ARGUMENT', `tagging ${idOrReference}: ${name} has no tag`);
  const query = new URLSearchParams({ repo: familiarNameOf(reference), tag: reference.tag });
  const path = `${pathOf(idOrReference)}/tag?${query}`;
  return succeeded(
    await connection.ask('POST', path, `tagging ${idOrReference} as ${name}`, options),
  );
}

export async function removeImage(
  connection: EngineConnection,
  idOrReference: string,
  { force = false, noPrune = false, signal }: RemoveImageOptions,
): Promise<boolean> {
  const path = `${pathOf(idOrReference)}?force=${force}&noprune=${noPrune}`;
  return succeeded(
    await connection.ask('DELETE', path, `removing image ${idOrReference}`, { signal }),
  );
}

/** Slashes and colons stay as they are in such a path; nothing may lead out of it. */
function pathOf(idOrReference: string): string {
  const parts = idOrReference.split('/');
  if (!/^[\w.:@[\]/-]+$/.test(idOrReference) || parts.some((part) => /^\.*$/.test(part))) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `neither an image id nor a reference: ${JSON.stringify(idOrReference.slice(0, 160))}`,
    );
  }
  return `/images/${encodeURI(idOrReference)}`;
}

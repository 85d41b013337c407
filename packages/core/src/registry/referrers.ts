import type { CallOptions } from '../content/content.js';
import type { Descriptor } from '../oci/descriptor.js';
import { algorithmOf, type Digest, hexOf } from '../oci/digest.js';
import { parseIndex } from '../oci/manifest.js';
import { MediaType } from '../oci/media-types.js';
import { getManifest, putManifest } from './manifests.js';
import { readPages } from './read-pages.js';
import type { Referrer, ReferrersOptions } from './repository.js';
import type { RepositoryAccess } from './repository-access.js';

const maxPages = 1000;

/**
 * What refers to a manifest: by the API of the distribution specification 1.1, or by its tag scheme
 * where the registry has no such API.
 */
export async function* listReferrers(
  access: RepositoryAccess,
  subject: Digest,
  { artifactType, signal }: ReferrersOptions = {},
): AsyncGenerator<Referrer, void, undefined> {
  const doing = `listing what refers to ${subject}`;
  const filter = artifactType ? `?artifactType=${encodeURIComponent(artifactType)}` : '';
  const asked = { doing, place: `referrers/${subject}${filter}`, accepts: [200, 404], signal };
  for await (const { reply, bytes } of readPages(access, 'referrers', asked, maxPages))
    if (reply.status === 404)
      yield* ofType(await taggedReferrers(access, subject, { signal }), artifactType);
    else yield* ofType(parseIndex(bytes).manifests, artifactType);
}

/** The server may have ignored the filter. */
function ofType(found: readonly Referrer[], wanted: string | undefined): readonly Referrer[] {
  return wanted === undefined ? found : found.filter(({ artifactType }) => artifactType === wanted);
}

/** The tag under which clients keep the list where the registry keeps none. */
function tagOf(subject: Digest): string {
  return `${algorithmOf(subject)}-${hexOf(subject)}`;
}

async function taggedReferrers(
  access: RepositoryAccess,
  subject: Digest,
  options: CallOptions,
): Promise<readonly Descriptor[]> {
  const found = await getManifest(access, tagOf(subject), options);
  return found ? parseIndex(found.bytes).manifests : [];
}

/** Enters a manifest into the list of what refers to its subject, for a registry that does not. */
export async function enterReferrer(
  access: RepositoryAccess,
  subject: Digest,
  referrer: Referrer,
  options: CallOptions,
): Promise<void> {
  const known = await listInRegistry(access, subject, options);
  if (known.some(({ digest }) => digest === referrer.digest)) return;
  await putList(access, subject, [...known, referrer], options);
}

/** Takes a manifest that was deleted out of that list, where there is one. */
export async function removeReferrer(
  access: RepositoryAccess,
  subject: Digest,
  deleted: Digest,
  options: CallOptions,
): Promise<void> {
  const known = await listInRegistry(access, subject, options);
  const left = known.filter(({ digest }) => digest !== deleted);
  if (left.length < known.length) await putList(access, subject, left, options);
}

/** A mirror's list may be an old one, which would take the place of the registry's. */
function listInRegistry(access: RepositoryAccess, subject: Digest, options: CallOptions) {
  return taggedReferrers({ ...access, mirrors: [] }, subject, options);
}

async function putList(
  access: RepositoryAccess,
  subject: Digest,
  manifests: readonly Referrer[],
  options: CallOptions,
): Promise<void> {
  const mediaType = MediaType.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await putManifest(access, { mediaType }, bytes, tagOf(subject), options);
}

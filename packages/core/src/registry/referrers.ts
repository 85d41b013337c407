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
  const known = await taggedReferrers(access, subject, options);
  if (known.some(({ digest }) => digest === referrer.digest)) return;
  const mediaType = MediaType.ociIndex;
  const list = { schemaVersion: 2, mediaType, manifests: [...known, referrer] };
  const bytes = Buffer.from(JSON.stringify(list));
  await putManifest(access, { mediaType }, bytes, tagOf(subject), options);
}

import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, digestOf } from '../../oci/digest.js';
import { parseManifestOrIndex } from '../../oci/manifest.js';
import { formatPlatform, type Platform } from '../../oci/platform.js';
import { choosePlatform } from '../../oci/platform-match.js';
import type { CallOptions, ContentSource } from '../content.js';
import { readBlob } from '../read-blob.js';

/** What is left of an image: a manifest as it is, or an index that is made anew. */
export interface SelectedImage {
  readonly root: Descriptor;
  /** The bytes of a new index. */
  readonly bytes?: Uint8Array;
}

interface WireIndex {
  manifests: (Descriptor & { annotations?: Record<string, string> })[];
}

const refersTo = 'vnd.docker.reference.digest';

/**
 * The part of an image for some platforms: for one its manifest, for several an index with theirs and
 * with the attestations of these.
 *
 * Throws `NOT_FOUND` for a platform that the image does not have.
 */
export async function selectPlatforms(
  source: ContentSource,
  root: Descriptor,
  platforms: readonly Platform[],
  call: CallOptions,
): Promise<SelectedImage> {
  const { mediaType, digest } = root;
  const bytes = await readBlob(source, { mediaType, digest }, call);
  const document = parseManifestOrIndex(bytes);
  if (document.kind === 'manifest') return { root };
  const chosen = platforms.map((wanted) => entryFor(document.manifests, wanted, digest));
  const [only] = chosen;
  if (only && chosen.length === 1) return { root: only };
  const kept = new Set<Digest>(chosen.map(({ digest }) => digest));
  const wire: WireIndex = JSON.parse(bytes.toString('utf8'));
  const manifests = wire.manifests.filter(
    ({ digest: each, annotations }) =>
      kept.has(each) || kept.has(annotations?.[refersTo] as Digest),
  );
  const made = Buffer.from(JSON.stringify({ ...wire, manifests }));
  return { root: { mediaType, digest: digestOf(made), size: made.length }, bytes: made };
}

function entryFor(manifests: readonly Descriptor[], wanted: Platform, image: Digest): Descriptor {
  const found = choosePlatform(wanted, manifests);
  if (found) return found;
  const there = manifests.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : []));
  throw new WarmdockError(
    'NOT_FOUND',
    `image ${image} is not there for ${formatPlatform(wanted)}`,
    {
      hint: `it is there for ${there.join(', ') || 'no platform that it names'}`,
    },
  );
}

import type { CallOptions, UnsizedDescriptor } from '../../content/content.js';
import { noSuchImage } from '../../content/no-such-image.js';
import { readBlob } from '../../content/read-blob.js';
import { WarmdockError } from '../../errors.js';
import { type Descriptor, isAttestation } from '../../oci/descriptor.js';
import { parseIndex } from '../../oci/manifest.js';
import { kindOf } from '../../oci/media-types.js';
import { formatPlatform, type Platform } from '../../oci/platform.js';
import { choosePlatform } from '../../oci/platform-match.js';
import { formatReference, type Reference } from '../../oci/reference.js';
import type { Repository } from '../../registry/repository.js';

/** An image as a registry has it. */
export interface FoundImage {
  readonly root: UnsizedDescriptor;
  /** The manifest for the platform; the root where the image is not one for several. */
  readonly manifest: UnsizedDescriptor;
  /** What an index tells of its platforms. */
  readonly platforms: readonly Platform[];
}

/**
 * Looks an image up, and chooses the manifest for a platform.
 *
 * Throws `NOT_FOUND` when there is no such image, `UNSUPPORTED` when it has nothing for the platform.
 */
export async function findImage(
  repository: Repository,
  named: Reference,
  platform: Platform | Promise<Platform>,
  { signal }: CallOptions,
): Promise<FoundImage> {
  // Both are waited for, so that neither fails unheard.
  const [found, wanted] = await Promise.all([repository.resolve(named, { signal }), platform]);
  if (!found) throw noSuchImage(named);
  // Its size may be what a registry said of it, which need not be true.
  const root = { mediaType: found.mediaType, digest: found.digest };
  if (kindOf(root.mediaType) !== 'index') return { root, manifest: root, platforms: [] };
  const { manifests } = parseIndex(await readBlob(repository, root, { signal }));
  const manifest = choosePlatform(wanted, manifests);
  if (!manifest) throw nothingFor(wanted, named, manifests);
  return { root, manifest, platforms: platformsOf(manifests) };
}

function platformsOf(manifests: readonly Descriptor[]): Platform[] {
  return manifests.flatMap((each) =>
    each.platform && !isAttestation(each) ? [each.platform] : [],
  );
}

function nothingFor(
  platform: Platform,
  named: Reference,
  manifests: readonly Descriptor[],
): WarmdockError {
  const there = platformsOf(manifests).map(formatPlatform).join(', ');
  return new WarmdockError(
    'UNSUPPORTED',
    `image ${formatReference(named)} has nothing for ${formatPlatform(platform)}`,
    { hint: `choose one of ${there || 'its platforms, which it does not tell'}` },
  );
}

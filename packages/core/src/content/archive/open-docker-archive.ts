import { WarmdockError } from '../../errors.js';
import type { Digest } from '../../oci/digest.js';
import { formatFamiliar, formatReference } from '../../oci/reference.js';
import type { ImageSource } from '../content.js';
import { openArchiveFiles } from './archive-files.js';
import { imagesInArchive } from './images-in-archive.js';

/**
 * The images of an archive of `docker save`, of every version, as a source for `copy`.
 *
 * A name that the archive does not have stands for its only image. Layers are as the archive has them:
 * most are not compressed. Throws `NOT_FOUND` for a file that is not there, `PROTOCOL` for one that is
 * no such archive.
 */
export async function openDockerArchive(path: string): Promise<ImageSource> {
  const files = await openArchiveFiles(path);
  const { blobs, names, only } = imagesInArchive(files, path);
  return {
    exists: async ({ digest }) => blobs.has(digest),
    async *fetch({ digest }, { range } = {}) {
      const blob = blobs.get(digest);
      if (blob === undefined) throw noBlob(digest, path);
      if (typeof blob === 'string') yield* files.read(blob, range);
      else yield range ? blob.subarray(range.offset, range.offset + range.length) : blob;
    },
    resolve: async (reference) =>
      names.get(formatReference(reference)) ?? names.get(formatFamiliar(reference)) ?? only,
  };
}

function noBlob(digest: Digest, path: string): WarmdockError {
  return new WarmdockError('NOT_FOUND', `blob ${digest} is not in archive ${path}`);
}

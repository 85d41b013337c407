import { WarmdockError } from '../../errors.js';
import type { Digest } from '../../oci/digest.js';
import { parseReference, type Reference } from '../../oci/reference.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import {
  type Checks,
  callback,
  flag,
  instance,
  listOf,
  number,
  signal,
  text,
} from '../../options/checks.js';
import type { ImageStore } from '../content.js';
import type { CopyOptions, CopyResult, CopySource } from './copy-options.js';

const optionChecks: Checks<CopyOptions> = {
  signal,
  platforms: listOf(text),
  referrers: flag,
  concurrency: number,
  onProgress: callback,
};
const aSource = instance('a repository or another place to read images from', 'resolve');
const aDestination = instance('a repository or another place to keep images in', 'tag');

/**
 * Copies an image from one place to another: each blob once, and only what the destination lacks.
 * Between repositories of one registry nothing moves. The new name is given at the end, so nobody
 * sees a part under it. A copy that broke off goes on when it is called again.
 *
 * References are texts as `app:1.0`; of a repository only tag or digest count. For one platform the
 * destination has that platform's manifest, for several a smaller index. Throws `NOT_FOUND` when the
 * source has no such image, `DIGEST_MISMATCH`, and what the places throw.
 */
export async function copy(
  source: CopySource,
  from: string | Reference,
  destination: ImageStore,
  to: string | Reference,
  options: CopyOptions = {},
): Promise<CopyResult> {
  checkArgument('copy', 'source', source, aSource);
  checkArgument('copy', 'destination', destination, aDestination);
  checkOptions('copy', options, optionChecks);
  const names = [from, to].map((each) => (typeof each === 'string' ? parseReference(each) : each));
  const [fromName, toName] = names as [Reference, Reference];
  if (toName.digest && !toName.tag) throw noTag(toName.digest);
  const { copyImage } = await import('./copy-image.js');
  return copyImage(source, fromName, destination, toName, options);
}

function noTag(digest: Digest): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot copy to ${digest}: it names no tag`, {
    hint: 'give the copy a name with a tag; its digest is that of the image',
  });
}

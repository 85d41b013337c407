import { WarmdockError } from '../errors.js';
import { type Digest, parseDigest } from '../oci/digest.js';

/** BuildKit's exporter keys; see its exptypes package. */
const digestKey = 'containerimage.digest';
const configDigestKey = 'containerimage.config.digest';

/** What the exporter's answer calls the image; throws `PROTOCOL` when it names none. */
export function imageDigests(
  response: Readonly<Record<string, string>>,
  builder: string,
): { digest: Digest; configDigest?: Digest } {
  const digest = response[digestKey] ?? response[configDigestKey];
  if (digest === undefined) {
    throw new WarmdockError(
      'PROTOCOL',
      `builder ${builder} answered the build without an image digest`,
    );
  }
  const configDigest = response[configDigestKey];
  return {
    digest: parseDigest(digest),
    ...(configDigest !== undefined && { configDigest: parseDigest(configDigest) }),
  };
}

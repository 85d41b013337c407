import { WarmdockError } from '../../errors.js';
import { type Digest, parseDigest } from '../../oci/digest.js';

/** An image in a directory of OCI's image layout: that of the digest, else of the tag. */
export interface OciLayoutReference {
  readonly directory: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const prefix = 'oci-layout://';

/**
 * Reads `oci-layout://DIRECTORY[:TAG][@DIGEST]` as buildx does; `undefined` for anything else.
 *
 * Without either the tag is `latest`. Throws `INVALID_ARGUMENT`.
 */
export function parseOciLayoutReference(source: string): OciLayoutReference | undefined {
  if (!source.startsWith(prefix)) return undefined;
  const [, place = '', digest] =
    /^(.*?)(?:@([a-z0-9+._-]+:[a-fA-F0-9]{32,}))?$/s.exec(source.slice(prefix.length)) ?? [];
  const [, directory = '', tag] = /^(.*?)(?::(\w[\w.-]{0,127}))?$/s.exec(place) ?? [];
  if (directory === '') {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot read ${source}: it names no directory`, {
      hint: `write ${prefix}DIRECTORY:TAG`,
    });
  }
  return {
    directory,
    ...(digest !== undefined && { digest: parseDigest(digest) }),
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: 'latest' }),
  };
}

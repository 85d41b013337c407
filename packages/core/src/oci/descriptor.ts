import type { Digest } from './digest.js';
import type { Platform } from './platform.js';

/**
 * Names a blob by content, as the OCI image specification's descriptor does.
 *
 * `size` is in bytes. The fields are those of the wire form, so that a descriptor can be written
 * into an index as it is; other fields of a parsed one are kept as they came.
 */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** The annotation by which BuildKit marks a manifest that holds provenance or an SBOM instead of an image. */
export const ATTESTATION_ANNOTATION = 'vnd.docker.reference.type';

/**
 * True for an index entry that describes another one instead of being an image.
 *
 * BuildKit gives such entries the annotation and the platform `unknown/unknown`; older ones and
 * copies made by other tools may carry only the platform.
 */
export function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.[ATTESTATION_ANNOTATION] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

import { BuildHistoryEvent, type BuildResultInfo } from '../gen/control.js';
import type { Descriptor } from '../oci/descriptor.js';
import { parseDigest } from '../oci/digest.js';

/** A statement about how a result was made, in the builder's content store. */
export interface RecordedAttestation {
  /** Of the result, such as `linux/amd64`; empty when the build had no platforms to tell apart. */
  readonly platform: string;
  /** Such as `https://slsa.dev/provenance/v1`. */
  readonly predicateType: string;
  readonly descriptor: Descriptor;
}

const inToto = 'application/vnd.in-toto+json';
const predicateType = 'in-toto.io/predicate-type';

/** The attestations in an event of the builder's history; of later BuildKits, every build has its provenance there. */
export function recordedAttestations(event: Uint8Array): RecordedAttestation[] {
  const { result, results = {} } = BuildHistoryEvent.decode(event).record ?? {};
  const byPlatform = Object.entries(results);
  if (byPlatform.length === 0) return attestationsOf('', result);
  return byPlatform.flatMap(([platform, each]) => attestationsOf(platform, each));
}

function attestationsOf(platform: string, info: BuildResultInfo | undefined) {
  return (info?.attestations ?? [])
    .filter(({ mediaType }) => mediaType === inToto)
    .map(({ mediaType, digest, size, annotations }) => ({
      platform,
      predicateType: annotations[predicateType] ?? '',
      descriptor: { mediaType, digest: parseDigest(digest), size },
    }));
}

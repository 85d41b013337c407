import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, parseDigest } from '../../oci/digest.js';
import type { BuildResult } from './build-result.js';

/** BuildKit's exporter keys; see its exptypes package. */
const digestKey = 'containerimage.digest';
const configDigestKey = 'containerimage.config.digest';
const descriptorKey = 'containerimage.descriptor';

/**
 * What the exporter's answer calls the image; throws `PROTOCOL` when it names none, or describes
 * something else than it names.
 */
export function parseExporterResponse(
  response: Readonly<Record<string, string>>,
  builder: string,
): Pick<BuildResult, 'digest' | 'configDigest' | 'descriptor'> {
  const digest = response[digestKey] ?? response[configDigestKey];
  if (digest === undefined) {
    throw new WarmdockError(
      'PROTOCOL',
      `builder ${builder} answered the build without an image digest`,
    );
  }
  const configDigest = response[configDigestKey];
  const described = response[descriptorKey];
  const parsed = parseDigest(digest);
  return {
    digest: parsed,
    ...(configDigest !== undefined && { configDigest: parseDigest(configDigest) }),
    ...(described !== undefined && { descriptor: descriptorOf(parsed, described, builder) }),
  };
}

/** Checked by hand: schemas are loaded only when there is something to load. */
function descriptorOf(digest: Digest, encoded: string, builder: string): Descriptor {
  const described = parse(encoded);
  const { mediaType, size } = described ?? {};
  if (described?.digest === digest && typeof mediaType === 'string' && Number.isSafeInteger(size)) {
    return { mediaType, digest, size: size as number };
  }
  throw new WarmdockError(
    'PROTOCOL',
    `builder ${builder} did not describe image ${digest} as it has to`,
  );
}

function parse(encoded: string): Partial<Record<keyof Descriptor, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

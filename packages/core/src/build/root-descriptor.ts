import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { BuildResult } from './build-result.js';

const descriptorKey = 'containerimage.descriptor';

/**
 * The result's manifest or index as the exporter described it; throws `PROTOCOL` for a description of something else.
 *
 * Checked by hand: schemas are loaded only when there is something to load.
 */
export function rootDescriptor({ digest, exporterResponse }: BuildResult): Descriptor {
  const described = parse(exporterResponse[descriptorKey] ?? '');
  const { mediaType, size } = described ?? {};
  if (described?.digest === digest && typeof mediaType === 'string' && Number.isSafeInteger(size)) {
    return { mediaType, digest, size: size as number };
  }
  throw new WarmdockError('PROTOCOL', `the builder did not describe image ${digest} as it has to`);
}

function parse(encoded: string): Partial<Record<keyof Descriptor, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

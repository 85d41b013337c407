import type * as z from 'zod/mini';
import type { Descriptor } from './descriptor.js';
import type { Platform } from './platform.js';
import { checkShape, descriptorSchema, readJson } from './wire-schema.js';

/** Parses a descriptor that came as a JSON document of its own; throws `PROTOCOL`. */
export function parseDescriptor(bytes: Uint8Array): Descriptor {
  return toDescriptor(checkShape(descriptorSchema, readJson(bytes, 'descriptor'), 'descriptor'));
}

/** The checked wire form without the `null`s that Go writes for empty fields. */
export function toDescriptor({
  annotations,
  platform,
  ...rest
}: z.output<typeof descriptorSchema>): Descriptor {
  return {
    ...rest,
    ...(annotations && { annotations }),
    ...(platform && { platform: platform as Platform }),
  };
}

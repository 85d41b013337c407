import * as z from 'zod/mini';
import { messageOf, WarmdockError } from '../errors.js';
import type { Descriptor } from './descriptor.js';
import { type Digest, isDigest } from './digest.js';
import { MAX_DOCUMENT_BYTES } from './document-size.js';
import type { Platform } from './platform.js';

export const digestSchema = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'not a digest',
);

/** Go writes `null` for an empty map or list. */
export const annotationsSchema = z.nullish(z.record(z.string(), z.string()));

export const platformSchema = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.optional(z.string()),
  'os.version': z.optional(z.string()),
  'os.features': z.optional(z.array(z.string())),
});

export const descriptorSchema = z.looseObject({
  mediaType: z.string().check(z.minLength(1)),
  digest: digestSchema,
  size: z.int().check(z.nonnegative()),
  annotations: annotationsSchema,
  platform: z.nullish(platformSchema),
});

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

/** The JSON of an image's document; `what` names it in errors. Throws `PROTOCOL` when it is too large or no JSON. */
export function readJson(bytes: Uint8Array, what: string): unknown {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new WarmdockError(
      'PROTOCOL',
      `${what} has ${bytes.length} bytes, more than ${MAX_DOCUMENT_BYTES}`,
    );
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new WarmdockError('PROTOCOL', `${what} is not JSON: ${messageOf(cause).slice(0, 200)}`, {
      cause,
    });
  }
}

/** The value as the schema describes it; throws `PROTOCOL` naming the first place that differs. */
export function checkShape<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'the document';
  throw new WarmdockError('PROTOCOL', `${what} is malformed at ${place}: ${issue?.message}`, {
    cause: result.error,
  });
}

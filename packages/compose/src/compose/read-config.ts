import { WarmdockError } from '@warmdock/core';
import * as z from 'zod/mini';

/**
 * Reads what `compose config --format json` printed, in which every `$` stands twice.
 *
 * Throws `PROTOCOL`, and `UNSUPPORTED` for a key that the schema does not know.
 */
export function readConfig<T extends z.ZodMiniType>(text: string, schema: T): z.infer<T> {
  const result = z.safeParse(schema, parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.');
  throw issue?.code === 'unrecognized_keys'
    ? new WarmdockError('UNSUPPORTED', `key ${issue.keys.join(', ')} of ${place} is not known`)
    : new WarmdockError(
        'PROTOCOL',
        `cannot read what compose config printed: ${place} is malformed`,
      );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) =>
      typeof value === 'string' ? value.replaceAll('$$', '$') : value,
    );
  } catch (cause) {
    throw new WarmdockError('PROTOCOL', 'cannot read what compose config printed: it is no JSON', {
      cause,
    });
  }
}

import type { z } from 'zod';

/** The JSON of a body as the schema has it; `undefined` when it is something else. */
export function parsePayload<T>(body: Buffer, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

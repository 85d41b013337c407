import { readFile } from 'node:fs/promises';
import { WarmdockError } from '@warmdock/core';
import type { z } from 'zod';
import { diskError, hasCode } from './disk-error.js';

/**
 * The checked content of one of the store's own files; `undefined` when there is none. Throws
 * `CONFLICT` for a file that another version or somebody else wrote.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw diskError(`reading ${path}`, error);
  }
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new WarmdockError('CONFLICT', `${path} is not what this version of warmdock writes`, {
    cause: parsed.error,
    hint: 'Another version made it, or it was changed by hand: use that version, or remove the project or session and build it anew.',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

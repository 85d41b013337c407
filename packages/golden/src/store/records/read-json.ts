import { readFile } from 'node:fs/promises';
import { WarmdockError } from '@warmdock/core';
import type { z } from 'zod';
import { diskError, hasCode } from '../fs/disk-error.js';

/**
 * The validated content of one of the store's files; `undefined` when there is none. Throws
 * `CONFLICT` for a file that this version did not write.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await textOf(path);
  return text === undefined ? undefined : checkRecord(path, text, schema);
}

/**
 * Like `readJson`, but returns `lost` for a file that is no JSON, as a power cut may leave it. For
 * records that the next writer replaces.
 */
export async function readJsonOr<T, Lost>(
  path: string,
  schema: z.ZodType<T>,
  lost: Lost,
): Promise<T | Lost | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  return jsonOf(text) === undefined ? lost : checkRecord(path, text, schema);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw diskError(`reading ${path}`, error);
  }
}

/** What the text of a record says; throws `CONFLICT` as `readJson`. */
export function checkRecord<T>(path: string, text: string, schema: z.ZodType<T>): T {
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

import { readFile } from 'node:fs/promises';
import { WarmdockError } from '@warmdock/core';
import type { z } from 'zod';
import { diskError, hasCode } from '../fs/disk-error.js';

/**
 * The checked content of one of the store's own files; `undefined` when there is none. Throws
 * `CONFLICT` for a file that another version or somebody else wrote.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await textOf(path);
  return text === undefined ? undefined : checkRecord(path, text, schema);
}

/**
 * The same, for a record that its next writer replaces: `lost` for one that is no JSON at all, as disks
 * leave it. That of another version is not lost.
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

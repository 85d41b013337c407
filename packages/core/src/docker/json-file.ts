import { readFileSync } from 'node:fs';
import { WarmdockError } from '../errors.js';

/*
 * JSON written by docker, buildx and credential helpers. It may hold passwords, so no error quotes
 * it; the messages of JSON.parse would, and are dropped.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in a file, `undefined` when there is none; `what` names the file's role in errors. */
export function readJsonObject(path: string, what: string): JsonObject | undefined {
  const text = readTextIfThere(path, what);
  return text.trim() === '' ? undefined : parseJsonObject(text, `${what} ${path}`);
}

/** Throws `INVALID_ARGUMENT` naming `source` for anything but a JSON object. */
export function parseJsonObject(text: string, source: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot read ${source}: it is not valid JSON`);
  }
  if (isObject(value)) return value;
  throw new WarmdockError('INVALID_ARGUMENT', `cannot read ${source}: it is not a JSON object`);
}

/** A file's text, empty when there is no such file; throws when it is there and cannot be read. */
export function readTextIfThere(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    const denied = code === 'EACCES' || code === 'EPERM';
    throw new WarmdockError(
      denied ? 'PERMISSION_DENIED' : 'INVALID_ARGUMENT',
      `cannot read ${what} ${path}: ${code}`,
      {
        ...(denied && { hint: 'check who owns the file and its directories' }),
        cause,
      },
    );
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a string, else an empty one: these files leave out what is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

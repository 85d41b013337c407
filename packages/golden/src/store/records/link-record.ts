import { readlink, symlink } from 'node:fs/promises';
import type { z } from 'zod';
import { diskError, hasCode } from '../fs/disk-error.js';
import { checkRecord } from './read-json.js';

/*
 * A small record as the text of a symbolic link that leads nowhere. File systems write it together
 * with its name in one transaction: a power cut leaves the whole record or none, without a sync.
 * The content of a file may come half a minute after its name.
 */

/** Far below the 1,023 bytes that XFS allows; others allow more. */
export async function writeLinkRecord(path: string, value: unknown): Promise<void> {
  await symlink(JSON.stringify(value), path);
}

/** As `readJson`. */
export async function readLinkRecord<T>(
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  try {
    return checkRecord(path, await readlink(path), schema);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    // No link: `checkRecord` says so.
    if (hasCode(error, 'EINVAL')) return checkRecord(path, '', schema);
    throw diskError(`reading ${path}`, error);
  }
}

import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { type BoltBucket, readBuckets } from './buckets.js';
import { damaged } from './damaged.js';
import { newestMeta } from './meta.js';

/** Far larger than any daemon's database; limits what a planted file makes us read. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads a whole bbolt database as its last committed transaction left it. Ignores locks: a process
 * that has it open may be writing. Follows no link.
 *
 * Throws `PROTOCOL` for a damaged file or another format, and the system's error when it cannot be
 * read.
 */
export function readBolt(path: string): BoltBucket {
  try {
    return parseBolt(readRegular(path));
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    const hint = 'It was copied while a daemon wrote to it, or the disk lost a part of it.';
    throw new WarmdockError('PROTOCOL', `read of ${path}: ${error.message}`, {
      cause: error,
      hint,
    });
  }
}

/** The content of a bbolt file; throws `PROTOCOL` for one that is damaged. */
export function parseBolt(file: Buffer): BoltBucket {
  return readBuckets(file, newestMeta(file));
}

function readRegular(path: string): Buffer {
  if (!lstatSync(path).isFile()) throw damaged('it is no regular file');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(file);
    if (stat.size > MAX_BYTES) throw damaged(`it has ${stat.size} bytes`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

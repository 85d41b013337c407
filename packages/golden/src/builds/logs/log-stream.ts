import { createWriteStream } from 'node:fs';
import type { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface LogStream {
  readonly output: Writable;
  /** Resolves when all of the ended output is in the file; rejects when it cannot be written. */
  readonly written: Promise<void>;
}

/** Appends what passes through `output` to a file (0600). */
export function openLogStream(path: string, output: Transform): LogStream {
  const written = pipeline(output, createWriteStream(path, { flags: 'a', mode: 0o600 }));
  return { output, written };
}

import { createWriteStream } from 'node:fs';
import type { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface LogStream {
  readonly output: Writable;
  /** Resolves when the output was ended and all of it is in the file; rejects when it cannot be kept. */
  readonly written: Promise<void>;
}

/** Adds to a file (0600) what comes through `output`. */
export function openLogStream(path: string, output: Transform): LogStream {
  const written = pipeline(output, createWriteStream(path, { flags: 'a', mode: 0o600 }));
  return { output, written };
}

import type { Writable } from 'node:stream';
import type { OnProgress } from './progress.js';

/** What every call takes beside its request: how it is cancelled, where it looks and whom it tells. */
export interface CallContext {
  /** Cancels the call, which then throws `CANCELLED`, or `TIMEOUT` for `AbortSignal.timeout`. */
  readonly signal?: AbortSignal | undefined;
  /** Where the user's settings, credentials and folders are looked up, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Told of everything that happens, in order of time. */
  readonly onProgress?: OnProgress | undefined;
  /** What is read for a `-` as context or Dockerfile, default `process.stdin`; at most once. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Where an output with the destination `-` goes, default `process.stdout`; stays open. */
  readonly stdout?: Writable | undefined;
}

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from './state-directory.js';

/**
 * A secret of this machine and user for one purpose, hex, the same from build to build.
 *
 * Derived from `$XDG_STATE_HOME/warmdock/machine-key` (0600), made at the first call, and anew
 * where it is damaged. Where that cannot be written, each call has a key of its own.
 */
export function machineKey(purpose: string, env: NodeJS.ProcessEnv): string {
  const directory = stateDirectory(env);
  const secret = directory === undefined ? newKey() : keyIn(directory);
  return createHmac('sha256', secret).update(purpose).digest('hex');
}

function keyIn(directory: string): Buffer {
  const path = join(directory, 'machine-key');
  return readKey(path) ?? createKey(directory, path);
}

function newKey(): Buffer {
  return randomBytes(32);
}

/** `undefined` also for what a power cut leaves of a file: nothing, or as many zeros. */
function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length >= 32 && key.some((byte) => byte !== 0) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Another process may be first: then its key counts. */
function createKey(directory: string, path: string): Buffer {
  const key = newKey();
  const partial = `${path}.${randomUUID()}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(partial, key, { mode: 0o600, flush: true });
    place(partial, path);
  } catch {
    // A home without room or that may not be written to.
  }
  discard(partial);
  return readKey(path) ?? key;
}

/** Never over a key that others may have read. */
function place(partial: string, path: string): void {
  try {
    linkSync(partial, path);
  } catch {
    // There is one, or there are no links here.
    if (readKey(path) === undefined) renameSync(partial, path);
  }
}

function discard(partial: string): void {
  try {
    rmSync(partial, { force: true });
  } catch {}
}

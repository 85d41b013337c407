import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from './state-directory.js';

/**
 * A secret of this machine and user for one purpose, hex, the same from build to build.
 *
 * Derived from `$XDG_STATE_HOME/warmdock/machine-key` (0600), made at the first call. Where that
 * cannot be written, each call has a key of its own.
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

function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length >= 32 ? key : undefined;
  } catch {
    return undefined;
  }
}

function createKey(directory: string, path: string): Buffer {
  const key = newKey();
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, key, { mode: 0o600, flag: 'wx' });
    return key;
  } catch {
    // Another process may have been first; its key counts.
    return readKey(path) ?? key;
  }
}

import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeStateDirectory, stateDirectory } from './state-directory.js';

/**
 * A secret of this machine and user for one purpose, hex, the same from build to build.
 *
 * Derived from `$XDG_STATE_HOME/warmdock/machine-key` (0600), made at the first call. Where that
 * cannot be written, each call has a key of its own.
 */
export function machineKey(purpose: string, env: NodeJS.ProcessEnv): string {
  const path = join(stateDirectory(env), 'machine-key');
  const secret = readKey(path) ?? createKey(path, env);
  return createHmac('sha256', secret).update(purpose).digest('hex');
}

function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length >= 32 ? key : undefined;
  } catch {
    return undefined;
  }
}

function createKey(path: string, env: NodeJS.ProcessEnv): Buffer {
  const key = randomBytes(32);
  try {
    makeStateDirectory(env);
    writeFileSync(path, key, { mode: 0o600, flag: 'wx' });
    return key;
  } catch {
    // Another process may have been first; its key counts.
    return readKey(path) ?? key;
  }
}

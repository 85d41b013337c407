import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../paths.js';

/**
 * Waits for its turn at what a machine has but one of, among all test runs. It ends with its disposal,
 * at the latest with this process: the lock is that of the open file, which flock(1) only asks for.
 */
export async function lockMachine(name: string): Promise<Disposable> {
  mkdirSync(cacheDir(), { recursive: true });
  const file = openSync(join(cacheDir(), `${name}.lock`), 'a');
  const flock = spawn('flock', ['--exclusive', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', file],
  });
  const [exitCode] = await once(flock, 'exit');
  if (exitCode === 0) return { [Symbol.dispose]: () => closeSync(file) };
  closeSync(file);
  throw new Error(`flock on ${name}.lock ended with ${exitCode}`);
}

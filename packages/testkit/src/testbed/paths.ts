import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The user's cache folder of this project: root filesystems, testbeds, the package manager. */
export function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'warmdock');
}

/** Where the current testbed lives; `WARMDOCK_TESTBED_DIR` moves it. */
export function testbedDir(): string {
  return resolve(process.env.WARMDOCK_TESTBED_DIR || join(cacheDir(), 'testbed'));
}

/** Longest path that fits into `sockaddr_un` with its terminating zero. */
const MAX_SOCKET_PATH_BYTES = 107;

/** Fails early where bind(2) would only say EINVAL. */
export function assertSocketPath(path: string): string {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  throw new Error(
    `socket path ${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes: set WARMDOCK_TESTBED_DIR to a shorter folder`,
  );
}

import { closeSync, openSync, readSync } from 'node:fs';

/** How every copy of `bin/docker` begins, in whatever version. */
const beginning = "#!/bin/sh\n# warmdock's docker shim";

/** Whether the file is the docker shim, of this package or of another; false for what cannot be read. */
export function isShim(path: string): boolean {
  const bytes = Buffer.alloc(beginning.length);
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  return bytes.toString('latin1') === beginning;
}

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Socket paths have 107 bytes at most, and nothing here is needed after a reboot. */
const parent = '/run/warmdock-golden';

/** The folder for the sockets, pid files and configuration of the daemon on this data root. */
export function runFolder(dataRoot: string): string {
  return join(parent, createHash('sha256').update(dataRoot).digest('hex').slice(0, 16));
}

export async function removeRunFolder(dataRoot: string): Promise<void> {
  await rm(runFolder(dataRoot), { recursive: true, force: true });
}

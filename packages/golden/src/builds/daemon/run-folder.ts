import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Sockets have short paths (107 bytes), and what is here is of no use after a reboot. */
const parent = '/run/warmdock-golden';

/** Where the daemon on this data root keeps its sockets, pid files and configuration. */
export function runFolder(dataRoot: string): string {
  return join(parent, createHash('sha256').update(dataRoot).digest('hex').slice(0, 16));
}

export async function removeRunFolder(dataRoot: string): Promise<void> {
  await rm(runFolder(dataRoot), { recursive: true, force: true });
}

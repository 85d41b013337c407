import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const recordOf = (root: string, session: string) => join(root, 'sessions', session, 'lease');

/** Makes a session's record say something else, as if it had been so all the time. */
export function writeLease(root: string, session: string, text: string): void {
  rmSync(recordOf(root, session), { force: true });
  symlinkSync(text, recordOf(root, session));
}

export function readLease(root: string, session: string): string {
  return readlinkSync(recordOf(root, session));
}

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The file in the shim's folder that says, in a line, which Node it is to run on: `bin/start-node` reads
 * it. Projects put others before that one in PATH. A file of its own outlives updates of the package.
 */
export function nodeRecordPath(folder: string): string {
  return join(folder, '.warmdock-node');
}

/** The path of the recorded Node, whether or not it is there; `undefined` without a record. */
export function recordedNode(folder: string): string | undefined {
  try {
    return readFileSync(nodeRecordPath(folder), 'utf8').split('\n')[0] || undefined;
  } catch {
    return undefined;
  }
}

export function removeNodeRecord(folder: string): void {
  rmSync(nodeRecordPath(folder), { force: true });
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Notes in the shim's folder which Node it is to run on, for `bin/start-node`: projects put others
 * before it in PATH. A file of its own, so that it outlives updates of the package. Throws as `writeFileSync`.
 */
export function recordNode(folder: string, node: string): void {
  writeFileSync(recordOf(folder), `${node}\n`);
}

/** The path of the recorded Node, whether or not it is there; `undefined` without a record. */
export function recordedNode(folder: string): string | undefined {
  try {
    return readFileSync(recordOf(folder), 'utf8').split('\n')[0] || undefined;
  } catch {
    return undefined;
  }
}

export function removeRecord(folder: string): void {
  rmSync(recordOf(folder), { force: true });
}

function recordOf(folder: string): string {
  return join(folder, '.warmdock-node');
}

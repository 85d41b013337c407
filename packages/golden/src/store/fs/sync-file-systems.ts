import type { CallOptions } from '@warmdock/core/oci';
import { runProgram } from '../../strategy/trees/run-program.js';

/** Flushes the file systems of these paths to the disk. A tree may be a file system of its own. */
export async function syncFileSystems(
  paths: readonly string[],
  options?: CallOptions,
): Promise<void> {
  const operation = `syncing the file systems of ${paths.join(', ')}`;
  await runProgram(operation, 'sync', ['--file-system', '--', ...paths], options);
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dependents = fileURLToPath(new URL('../../old-node/package.json', import.meta.url));

/** A real Node that is older than any that warmdock supports; put before others in PATH by the folder of the path. */
export function oldNode(): string {
  const manifest = createRequire(dependents).resolve(`old-node-${process.arch}/package.json`);
  return join(dirname(manifest), 'bin/node');
}

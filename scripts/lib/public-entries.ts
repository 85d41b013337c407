import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What programs import from a published package; its declarations are there once it is built. */
export interface PublicEntry {
  /** As in an import: `@warmdock/core/engine`. */
  readonly specifier: string;
  /** For names of files: `core-engine`. */
  readonly name: string;
  readonly packageFolder: string;
  /** The absolute path of its declarations. */
  readonly types: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, { readonly import: { readonly types: string } }>>;
}

const notPublic = new Set(['./internal', './package.json']);

/** Of all published packages, by their `exports`, in a stable order. */
export function publicEntries(): PublicEntry[] {
  const packages = join(root, 'packages');
  return readdirSync(packages)
    .sort()
    .flatMap((folder) => entriesOf(join(packages, folder)));
}

function entriesOf(packageFolder: string): PublicEntry[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  if (manifest.private) return [];
  return Object.entries(manifest.exports ?? {})
    .filter(([subpath]) => !notPublic.has(subpath))
    .map(([subpath, target]) => {
      const specifier = join(manifest.name, subpath);
      return {
        specifier,
        name: specifier.replace('@warmdock/', '').replaceAll('/', '-'),
        packageFolder,
        types: join(packageFolder, target.import.types),
      };
    });
}

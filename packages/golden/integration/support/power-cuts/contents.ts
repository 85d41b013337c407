import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { GoldenStore } from '../../../src/index.js';

/** Of every file that a daemon sees in a generation: its digest, by its path. */
export type Contents = Readonly<Record<string, string>>;

/** What each generation of the project holds, as sessions get it. */
export async function contentsOf(
  store: GoldenStore,
  project: string,
): Promise<Record<number, Contents>> {
  const found: Record<number, Contents> = {};
  const { generations } = await store.inspect({ project });
  for (const { generation } of generations) {
    // A name of its own: what was released just before a power cut may be there again.
    const session = `looking-${randomUUID()}`;
    const { dataRoot } = await store.clone({ project, session, generation });
    found[generation] = digestsBelow(dataRoot);
    await store.release({ session });
  }
  return found;
}

/** Layers lie behind links. */
function digestsBelow(folder: string): Contents {
  const script = 'find -L . -type f -print0 | sort -z | xargs -0 -r sha256sum';
  const lines = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const pairs = lines.split('\n').filter(Boolean);
  return Object.fromEntries(pairs.map((line) => [line.slice(66), line.slice(0, 64)]));
}

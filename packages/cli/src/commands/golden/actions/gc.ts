import { formatSize } from '@warmdock/core/internal';
import type { GarbageCollection } from '@warmdock/golden';
import { count } from '../text/phrases.js';
import { formatUnreadable } from '../text/unreadable.js';
import { goldenCommand } from './command.js';

export const gc = goldenCommand({
  makesStore: false,
  read(line) {
    line.words();
    return { keep: line.number('keep', 0), dryRun: line.isOn('dry-run') };
  },
  async run(args, { store, signal }) {
    const collection = await store.gc(args, { signal });
    return {
      json: { dryRun: args.dryRun, ...collection },
      text: formatCollection(collection, args.dryRun),
      exitCode: collection.unreadable.length > 0 ? 1 : 0,
    };
  },
});

export function formatCollection(
  { generations, pooled, freedBytes, left, unreadable }: GarbageCollection,
  dryRun: boolean,
): string {
  const remove = dryRun ? 'would remove' : 'removed';
  const lines = generations.map(
    ({ project, generation }) => `${remove} generation ${generation} of ${project}\n`,
  );
  if (pooled > 0) lines.push(`${remove} ${count(pooled, 'pooled layer')} that nothing refers to\n`);
  const rest = [...left.map((line) => `${line}\n`), formatUnreadable(unreadable)].join('');
  if (lines.length === 0) return rest || 'nothing to remove\n';
  const freed = `${dryRun ? 'would free' : 'freed'} ${formatSize(freedBytes)}\n`;
  return `${lines.join('')}${freed}${rest}`;
}

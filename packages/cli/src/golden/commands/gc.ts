import type { Collection } from '@warmdock/golden';
import { formatSize } from '../../display/format.js';
import { goldenCommand } from '../command.js';
import { count } from '../words.js';

export const gc = goldenCommand({
  takes: '[OPTIONS]',
  about: 'Remove generations that nobody needs',
  flags: [
    { name: 'dry-run', kind: 'boolean', about: 'Say what would go, and remove nothing' },
    {
      name: 'keep',
      kind: 'string',
      about: 'How many to keep per project, besides the current and those in use (default 2)',
    },
  ],
  makesStore: false,
  read(line) {
    line.words();
    return { keep: line.number('keep', 0), dryRun: line.isOn('dry-run') };
  },
  async run(args, { store, signal }) {
    const collection = await store.gc({ ...args, signal });
    return {
      json: { dryRun: args.dryRun, ...collection },
      text: formatCollection(collection, args.dryRun),
    };
  },
});

export function formatCollection(
  { generations, pooled, freedBytes, left }: Collection,
  dryRun: boolean,
): string {
  const remove = dryRun ? 'would remove' : 'removed';
  const lines = generations.map(
    ({ project, generation }) => `${remove} generation ${generation} of ${project}\n`,
  );
  if (pooled > 0) lines.push(`${remove} ${count(pooled, 'pooled layer')} that nothing refers to\n`);
  const rest = left.map((line) => `${line}\n`).join('');
  if (lines.length === 0) return `nothing to remove\n${rest}`;
  const freed = `${dryRun ? 'would free' : 'freed'} ${formatSize(freedBytes)}\n`;
  return `${lines.join('')}${freed}${rest}`;
}

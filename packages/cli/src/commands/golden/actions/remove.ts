import { formatSize } from '@warmdock/core/internal';
import type { Removal } from '@warmdock/golden';
import { count } from '../text/phrases.js';
import { goldenCommand } from './command.js';

export const remove = goldenCommand({
  makesStore: false,
  read: (line) => line.words('PROJECT'),
  async run([project], { store, signal }) {
    const removal = await store.remove({ project }, { signal });
    return { json: removal, text: formatRemoval(removal) };
  },
});

export function formatRemoval({ project, generations, pooled, freedBytes }: Removal): string {
  const layers = pooled > 0 ? ` and ${count(pooled, 'pooled layer')}` : '';
  const what =
    generations.length > 0 ? count(generations.length, 'generation') + layers : 'no golden';
  return `removed ${project}, which had ${what}\nfreed ${formatSize(freedBytes)}\n`;
}

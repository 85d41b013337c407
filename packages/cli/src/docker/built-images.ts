import type { ComposePlan } from '@warmdock/compose';
import type { ComposeProgress } from './compose-progress.js';

/** What compose says of each image that it was asked for. */
export function formatBuiltImages(
  { targets, wanted, ending }: Pick<ComposePlan, 'targets' | 'wanted' | 'ending'>,
  reports: ComposeProgress['reports'],
  isTerminal: boolean,
): string {
  if (reports === 'none' || !ending.reportsImages) return '';
  const images = targets
    .filter(({ name }) => wanted.includes(name))
    // The service's own name for it; those of its `tags` stand before.
    .map(({ plan }) => (plan.tags.at(-1) ?? '').replace(/^docker\.io\/(library\/)?/, ''))
    .map((tag) => tag.replace(/:latest$/, ''));
  if (reports === 'json')
    return images.map((id) => `${JSON.stringify({ id, status: 'Built' })}\n`).join('');
  if (!isTerminal) return images.map((image) => ` ${image}  Built\n`).join('');
  const width = Math.max(...images.map((image) => image.length));
  const lines = images.sort().map((image) => ` ✔ ${image.padEnd(width)}  Built\n`);
  return `[+] Building ${images.length}/${images.length}\n${lines.join('')}`;
}

import type { Row } from './row.js';
import { formatRows } from './table.js';

const buildx = 'docker buildx build --load';
const compose = 'docker compose build';

/** What the README shows of all rows, whether reached or missed. */
const headlines: readonly Pick<Row, 'case' | 'store' | 'against'>[] = [
  { case: 'unchanged, 2 GB image', store: 'containerd', against: buildx },
  {
    case: 'one tiny layer changed, 2 GB image, through the shim',
    store: 'containerd',
    against: buildx,
  },
  { case: 'cold load, 2 GB image, empty daemon', store: 'containerd', against: buildx },
  {
    case: 'compose, one of 20 services of 100 MB changed',
    store: 'containerd',
    against: compose,
  },
  {
    case: 'compose, 20 services on a common 2 GB base, empty daemon',
    store: 'containerd',
    against: compose,
  },
  { case: 'clone of 1 GB by layer-link', store: 'ext4', against: 'cp -a' },
];

/** The README's short table. */
export function formatHeadlines(rows: readonly Row[]): string {
  const chosen = headlines.flatMap((wanted) => rows.find((row) => isSame(row, wanted)) ?? []);
  return formatRows(chosen, 'store or disk');
}

function isSame(row: Row, wanted: (typeof headlines)[number]): boolean {
  return row.case === wanted.case && row.store === wanted.store && row.against === wanted.against;
}

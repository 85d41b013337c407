import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.js';
import type { Results } from './run-results.js';
import { formatRows, writeBetweenMarkers } from './table.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

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

/** Writes the README's short table from the results that are checked in. */
export function writeHeadlines(): void {
  const { builders } = read<Results>('../results/latest.json');
  const { rows } = read<{ rows: Row[] }>('../results/golden.json');
  const known = [...builders.flatMap((builder) => builder.rows), ...rows];
  const chosen = headlines.flatMap((wanted) => known.find((row) => isSame(row, wanted)) ?? []);
  const text = formatRows(chosen, 'store or disk');
  writeBetweenMarkers(path('../../README.md'), 'bench', text);
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(path(name), 'utf8')) as T;
}

function isSame(row: Row, wanted: (typeof headlines)[number]): boolean {
  return row.case === wanted.case && row.store === wanted.store && row.against === wanted.against;
}

/** `pnpm bench:golden`: golden snapshots against copies of a data root, on real daemons. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { GoldenStore, StrategyName } from '@warmdock/golden';
import { describeMachine } from '../report/describe-machine.js';
import type { Row } from '../report/row.js';
import { formatGoldenResults } from '../report/table.js';
import { writeGoldenResults } from '../report/write-results.js';
import { ensureTestbed } from '../sides/testbed.js';
import {
  type CaseOptions,
  cloneCase,
  diskCase,
  growthCase,
  manyCase,
  promoteCase,
  sessionCase,
} from './cases.js';
import { large, type Size, small } from './images.js';
import { type BenchPlace, copyByCp, hostPlace, loopPlace, openOrMakeGolden } from './places.js';

/** Stores of the strategy that is chosen by itself get all cases, others their clones. */
const loops: { fileSystem: 'btrfs' | 'xfs'; chosen: StrategyName; others: StrategyName[] }[] = [
  { fileSystem: 'btrfs', chosen: 'btrfs', others: ['layer-link', 'reflink'] },
  { fileSystem: 'xfs', chosen: 'layer-link', others: ['reflink'] },
];

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const options: CaseOptions = { rounds: Number(values.rounds), signal: interrupt.signal };
const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

const { testbed, release } = await ensureTestbed(say);
try {
  const machine = await describeMachine(testbed);
  const date = new Date().toISOString().slice(0, 10);
  const results = { date, machine, rows: await measureAll() };
  console.log(formatGoldenResults(results));
  if (options.rounds >= 3) writeGoldenResults(results);
} finally {
  await release();
}

/** By a process of its own: one that had all the images in memory would start programs slowly. */
async function makeDataRoot(tree: string, { name }: Size): Promise<void> {
  const program = fileURLToPath(new URL('make-data-root.ts', import.meta.url));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', program, tree, name]);
}

/** The data roots, made on this machine's disk and copied to other file systems. */
interface Trees {
  readonly large: string;
  readonly small: string;
}

async function measureAll(): Promise<Row[]> {
  const rows: Row[] = [];
  await using host = await hostPlace();
  const trees = treesIn(host);
  await makeDataRoot(trees.large, large);
  rows.push(...(await measureClones(host, trees, 'layer-link')));
  // After the first clones: ext4 makes files more slowly when many were made just before.
  await makeDataRoot(trees.small, small);
  rows.push(...(await measureRest(host, trees, 'layer-link')));
  for (const { fileSystem, chosen, others } of loops) {
    await using place = await loopPlace(fileSystem);
    const copies = treesIn(place);
    await copyByCp(trees.large, copies.large);
    await copyByCp(trees.small, copies.small);
    rows.push(...(await measureClones(place, copies, chosen)));
    rows.push(...(await measureRest(place, copies, chosen)));
    for (const other of others) rows.push(...(await measureClones(place, copies, other)));
  }
  return rows;
}

function treesIn({ dir }: BenchPlace): Trees {
  return { large: join(dir, 'large'), small: join(dir, 'small') };
}

async function measureClones(
  place: BenchPlace,
  trees: Trees,
  strategy: StrategyName,
): Promise<Row[]> {
  const store = await openGolden(place, trees, 'large', strategy);
  return told(place, await cloneCase(place, store, trees.large, options));
}

async function measureRest(
  place: BenchPlace,
  trees: Trees,
  strategy: StrategyName,
): Promise<Row[]> {
  const stores = {
    large: await openGolden(place, trees, 'large', strategy),
    small: await openGolden(place, trees, 'small', strategy),
  };
  return [
    ...told(place, await growthCase(place, stores, options)),
    ...told(place, await sessionCase(place, stores.large, trees.large, options)),
    ...told(place, await manyCase(place, stores.large, trees.large, options)),
    ...told(place, await diskCase(place, stores.large, trees.large)),
    ...told(place, await promoteCase(place, stores, trees.large, options)),
  ];
}

function told({ fileSystem }: BenchPlace, rows: Row[]): Row[] {
  for (const row of rows) say(`${fileSystem}: ${row.case}: ${row.ours.median.toFixed(0)}`);
  return rows;
}

function openGolden(
  { dir }: BenchPlace,
  trees: Trees,
  size: keyof Trees,
  strategy: StrategyName,
): Promise<GoldenStore> {
  return openOrMakeGolden(join(dir, `${strategy}-${size}`), trees[size], strategy);
}

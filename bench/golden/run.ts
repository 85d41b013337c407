/** `pnpm bench:golden`: golden snapshots against copies of a data root, on real daemons. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { StrategyName } from '@warmdock/golden';
import { describeMachine } from '../machine.js';
import { isReached, type Row } from '../rows.js';
import { formatRows, writeBetweenMarkers } from '../table.js';
import { useTestbed } from '../testbed.js';
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
import { copyTree, hostPlace, loopPlace, makeGolden, type Place } from './places.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const options: CaseOptions = { rounds: Number(values.rounds), signal: interrupt.signal };
const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

const { testbed, release } = await useTestbed(say);
try {
  const machine = await describeMachine(testbed);
  const rows = await measureAll();
  const facts = [`${machine.cores} cores`, `kernel ${machine.kernel}`, `Node ${machine.node}`];
  const head = `Medians by \`pnpm bench:golden\` on ${[...facts, `Docker ${machine.docker}`].join(', ')}; 4 images of 5 layers, 20,000 files.`;
  const text = `${head}\n\n${formatRows(rows, 'file system')}`;
  console.log(text);
  if (options.rounds >= 3) writeResults(text, { machine, rows });
} finally {
  await release();
}

/** By a process of its own: one that had all the images in memory would start programs slowly. */
async function makeDataRoot(tree: string, { name }: Size): Promise<void> {
  const program = fileURLToPath(new URL('make-data-root.ts', import.meta.url));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', program, tree, name]);
}

async function measureAll(): Promise<Row[]> {
  const rows: Row[] = [];
  await using host = await hostPlace();
  const tree = join(host.dir, 'large');
  await makeDataRoot(tree, large);
  rows.push(...(await measureHost(host, tree)));
  const others: ['btrfs' | 'xfs', StrategyName][] = [
    ['btrfs', 'btrfs'],
    ['btrfs', 'layer-link'],
    ['btrfs', 'reflink'],
    ['xfs', 'layer-link'],
    ['xfs', 'reflink'],
  ];
  for (const [fileSystem, strategy] of others) {
    await using place = await loopPlace(fileSystem);
    await copyTree(tree, join(place.dir, 'large'));
    rows.push(...(await measureClone(place, strategy)));
  }
  return rows;
}

async function measureHost(host: Place, tree: string): Promise<Row[]> {
  const store = await makeGolden(host.dir, 'golden', tree, 'layer-link');
  const rows: Row[] = [];
  const measured = (more: readonly Row[]) => {
    for (const row of more) say(`${row.case}: ${row.ours.median.toFixed(0)}`);
    rows.push(...more);
  };
  measured(await cloneCase(host, store, tree, options));
  const smallTree = join(host.dir, 'small');
  await makeDataRoot(smallTree, small);
  const smallStore = await makeGolden(host.dir, 'small-golden', smallTree, 'layer-link');
  const stores = { small: smallStore, large: store };
  measured(await growthCase(host, stores, options));
  measured(await sessionCase(host, store, tree, options));
  measured(await manyCase(host, store, tree, options));
  measured(await diskCase(host, store, tree));
  measured(await promoteCase(host, stores, tree, options));
  return rows;
}

async function measureClone(place: Place, strategy: StrategyName): Promise<Row[]> {
  const tree = join(place.dir, 'large');
  const store = await makeGolden(place.dir, strategy, tree, strategy);
  return cloneCase(place, store, tree, options);
}

function writeResults(text: string, results: { machine: object; rows: Row[] }): void {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const rows = results.rows.map((row) => ({ ...row, reached: isReached(row) }));
  const content = { date: new Date().toISOString().slice(0, 10), ...results, rows };
  writeFileSync(path('../results/golden.json'), `${JSON.stringify(content, null, 2)}\n`);
  writeBetweenMarkers(path('../../README.md'), 'bench-golden', text);
}

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type CuttableFileSystem,
  type CuttableOptions,
  makeCuttableFileSystem,
  type PowerCut,
  testbedDir,
} from '@warmdock/testkit';
import { type GoldenStore, openStore, type StrategyName } from '../../../src/index.js';
import { bundled } from '../bundled.js';
import type { AfterCut } from './after-cut.js';
import { type Contents, contentsOf } from './contents.js';

export interface CutOptions {
  readonly disk: CuttableOptions;
  readonly strategy: StrategyName;
  /** Whether the file system commits its metadata just before the power goes. */
  readonly commits: boolean;
  /** Default: after every step. */
  readonly at?: readonly string[];
}

export interface Operation {
  /** Makes what the operation begins with. */
  readonly prepare: (store: GoldenStore) => Promise<void>;
  readonly run: (store: GoldenStore) => Promise<unknown>;
}

export interface CutAt {
  readonly step: string;
  /** Whether what was written just before was lost: else something synced all disks at that moment. */
  readonly hasLost: boolean;
  readonly after: AfterCut;
}

export interface Cuts {
  readonly found: readonly CutAt[];
  /** What every generation that there was holds without a cut. */
  readonly truth: Readonly<Record<number, Contents>>;
}

/** Cuts the power after steps of an operation; answers with what the next start of the machine found. */
export async function cutAtSteps(
  { disk: options, strategy, commits, at }: CutOptions,
  { prepare, run }: Operation,
): Promise<Cuts> {
  await using disk = await makeCuttableFileSystem(options);
  const cuts: TakenCut[] = [];
  let isRunning = false;
  const onStep = (step: string) => {
    if (!isRunning || (at !== undefined && !at.includes(step))) return;
    // A new file, not synced: what is in it must be lost.
    const canary = `canary-${cuts.length}`;
    writeFileSync(join(disk.dir, canary), step);
    if (commits) disk.commitMetadata();
    cuts.push({ step, canary, cut: disk.cut() });
  };
  const store = await openStore(join(disk.dir, 'store'), { strategy }, { onStep });
  await prepare(store);
  const before = await contentsIfAny(store);
  isRunning = true;
  await run(store);
  isRunning = false;
  const truth = { ...before, ...(await contentsIfAny(store)) };
  const found: CutAt[] = [];
  for (const cut of cuts) found.push(await startAgain(cut, disk));
  return { found, truth };
}

async function contentsIfAny(store: GoldenStore) {
  const { projects } = await store.list();
  return projects.length > 0 ? contentsOf(store, 'app') : {};
}

interface TakenCut {
  readonly step: string;
  readonly canary: string;
  readonly cut: PowerCut;
}

/** On a machine that has started again. */
async function startAgain(
  { step, canary, cut }: TakenCut,
  disk: CuttableFileSystem,
): Promise<CutAt> {
  const folder = mkdtempSync(join(testbedDir(), 'cut-'));
  const at = join(folder, 'fs');
  mkdirSync(at);
  await using _mounted = await cut.mount(at);
  const { size } = statSync(join(at, canary), { throwIfNoEntry: false }) ?? { size: 0 };
  const bootId = join(folder, 'boot-id');
  writeFileSync(bootId, `${randomUUID()}\n`);
  // The store has links to where it was: it must be there again.
  const script = [
    'mount --bind "$1" /proc/sys/kernel/random/boot_id',
    'mount --bind "$2" "$3"',
    'exec "$4" "$5" "$3/store"',
  ].join(' && ');
  const args = [
    bootId,
    at,
    disk.dir,
    process.execPath,
    await bundled('power-cuts/start-after-cut'),
  ];
  const unshare = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...args];
  try {
    const { stdout } = await promisify(execFile)('unshare', unshare, { maxBuffer: 2 ** 26 });
    return { step, hasLost: size === 0, after: JSON.parse(stdout) };
  } catch (error) {
    throw new Error(`after ${step}: ${(error as { stderr?: string }).stderr}`, { cause: error });
  }
}

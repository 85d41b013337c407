import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testbedDir } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { type GoldenStore, openStore, type StrategyName } from '../../src/index.js';
import { addImage, addLayer, type TestLayer } from './data-root.js';

export const proof = { buildId: 'test', exitCode: 0 } as const;

/** A path below the testbed's folder that is removed after the test. */
export function newFolder(): string {
  mkdirSync(testbedDir(), { recursive: true });
  const folder = mkdtempSync(join(testbedDir(), 'golden-'));
  onTestFinished(() => void execFileSync('rm', ['-rf', '--one-file-system', folder]));
  return folder;
}

export interface SmallGolden {
  readonly root: string;
  readonly store: GoldenStore;
  /** Of generation 1. */
  readonly layers: readonly TestLayer[];
}

/** A store whose project `app` has one generation, of a few layers. */
export async function makeSmallGolden(
  root = join(newFolder(), 'store'),
  layerCount = 3,
  strategy: StrategyName = 'layer-link',
): Promise<SmallGolden> {
  const store = await openStore(root, { strategy });
  const { dataRoot } = await store.clone({ project: 'app', session: 'first', allowEmpty: true });
  const layers: TestLayer[] = [];
  for (let i = 0; i < layerCount; i++) layers.push(addSmallLayer(dataRoot, layers.at(-1)));
  addImage(dataRoot);
  await store.promote({ session: 'first', proof });
  return { root, store, layers };
}

/** One file, which tells the layer's name. */
export function addSmallLayer(dataRoot: string, parent?: TestLayer): TestLayer {
  const fill = (diff: string) => writeFileSync(join(diff, 'file'), diff);
  return addLayer(dataRoot, { ...(parent && { parent }), fill });
}

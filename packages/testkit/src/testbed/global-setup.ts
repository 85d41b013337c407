import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { TestbedInfo } from './info.js';
import { testbedDown, testbedUp } from './lifecycle.js';
import { cacheDir, testbedDir } from './paths.js';
import { isHeld } from './state.js';
import { removeOrphanedTestbeds, removeTestbedFiles } from './sweep.js';
import type {} from './use-testbed.js';

/**
 * Offers each worker a testbed: the first gets the one that was started by hand, if there is one, which
 * stays up; the others, ones of this run's own, which end with it, however it ends.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await removeOrphanedTestbeds();
  const byHand = isHeld(testbedDir()) ? [await findTestbed()] : [];
  const dirs = ownDirs(workersOf(project) - byHand.length);
  const own = dirs.map((dir) => testbedUp(dir, { ownership: 'owned', say }));
  project.provide('testbeds', [...byHand, ...(await Promise.all(own))]);
  return async () => void (await Promise.all(dirs.map(takeDown)));
}

const say = (line: string) => process.stderr.write(`testbed: ${line}\n`);

/** As many as there will be at the same time. */
function workersOf({ config, vitest }: TestProject): number {
  return Math.min(config.maxWorkers, vitest.state.getPaths().length);
}

function ownDirs(count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    join(cacheDir(), `testbed-${process.pid}-${at + 1}`),
  );
}

async function takeDown(dir: string): Promise<void> {
  await testbedDown(dir);
  await removeTestbedFiles(dir);
}

async function findTestbed(): Promise<TestbedInfo> {
  const found = await testbedUp(testbedDir(), { ownership: 'detached', say });
  assertBuildkits(found);
  return found;
}

/** Running fewer tests than asked for must not look like success. */
function assertBuildkits({ dir, buildkits }: TestbedInfo): void {
  const { WARMDOCK_TEST_BUILDKITD: program, WARMDOCK_TEST_BUILDKIT_ADDR: address } = process.env;
  const lacks = (name: string) => !buildkits.some((buildkit) => buildkit.name === name);
  if ((program && lacks('standalone')) || (address && lacks('external'))) {
    throw new Error(
      `the testbed in ${dir} runs without the BuildKit that the environment names: run \`pnpm testbed down\` first`,
    );
  }
}

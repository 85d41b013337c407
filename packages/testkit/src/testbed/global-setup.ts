import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { TestbedInfo } from './info.js';
import { testbedDown, testbedUp } from './lifecycle.js';
import { cacheDir, testbedDir } from './paths.js';
import { isHeld } from './state.js';
import { removeTraces, sweepTestbeds } from './sweep.js';
import type {} from './use-testbed.js';

/**
 * Offers the testbed that was started by hand and leaves it up; when there is none, starts one of
 * this run's own, which ends with it, however it ends.
 */
export default async function setUp(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  const say = (line: string) => process.stderr.write(`testbed: ${line}\n`);
  if (isHeld(testbedDir())) {
    const found = await testbedUp(testbedDir(), { ownership: 'detached', say });
    assertBuildkits(found);
    project.provide('testbed', found);
    return undefined;
  }
  await sweepTestbeds();
  const dir = join(cacheDir(), `testbed-${process.pid}`);
  // Test files run in processes of their own, which inherit it.
  process.env.WARMDOCK_TESTBED_DIR = dir;
  project.provide('testbed', await testbedUp(dir, { ownership: 'owned', say }));
  return async () => {
    await testbedDown(dir);
    await removeTraces(dir);
  };
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

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) =>
  fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url));

/** Tests run on the sources of the workspace packages, never on a stale build. */
const alias = ['compose', 'core', 'golden', 'testkit'].map((name) => ({
  find: new RegExp(`^@warmdock/${name}$`),
  replacement: source(name),
}));

/** `scripts/test` sums up the results of all runs from JSON files in this folder. */
const results = process.env.WARMDOCK_TEST_RESULTS;

/** More than cores: much of a test's time is waiting. */
const maxWorkers = Number(process.env.WARMDOCK_TEST_WORKERS ?? 3);

/** Each worker has a testbed of its own. */
const onEngines = {
  globalSetup: ['packages/testkit/src/testbed/global-setup.ts'],
  setupFiles: ['packages/testkit/src/testbed/worker-setup.ts'],
  maxWorkers,
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    reporters: results
      ? ['default', ['json', { outputFile: `${results}/${process.pid}.json` }]]
      : ['default'],
    projects: [
      // A process for each file would take longer than its tests; no module keeps state.
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          isolate: false,
          maxWorkers,
        },
      },
      { test: { name: 'architecture', include: ['packages/testkit/architecture/*.test.ts'] } },
      {
        resolve: { alias },
        test: {
          ...onEngines,
          name: 'integration',
          include: ['packages/*/integration/**/*.test.ts', 'examples/**/*.test.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          ...onEngines,
          name: 'soak',
          include: ['packages/*/soak/**/*.test.ts'],
          // One of them cuts the power of file systems, which others may bring to the disk before.
          maxWorkers: 1,
          testTimeout: 3_600_000,
        },
      },
    ],
  },
});

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

export default defineConfig({
  test: {
    reporters: results
      ? ['default', ['json', { outputFile: `${results}/${process.pid}.json` }]]
      : ['default'],
    projects: [
      // A process for each file would take longer than its tests; no module keeps state.
      {
        resolve: { alias },
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'], isolate: false },
      },
      { test: { name: 'architecture', include: ['packages/testkit/architecture/*.test.ts'] } },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['packages/*/integration/**/*.test.ts', 'examples/**/*.test.ts'],
          globalSetup: ['packages/testkit/src/testbed/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      // Takes minutes, on file systems of its own; needs no engines.
      {
        resolve: { alias },
        test: {
          name: 'soak',
          include: ['packages/*/soak/**/*.test.ts'],
          globalSetup: ['packages/testkit/src/testbed/bare-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
});

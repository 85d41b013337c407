import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (name: string) =>
  fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url));

/** Tests run on the sources of the workspace packages, never on a stale build. */
const alias = [
  ...['compose', 'core', 'golden', 'testkit'].map((name) => ({
    find: new RegExp(`^@warmdock/${name}$`),
    replacement: source(name),
  })),
  {
    find: /^@warmdock\/core\/(\w+)$/,
    replacement: source('core').replace('index.ts', 'exports/$1.ts'),
  },
];

/** `scripts/test` sums up the results of all runs from JSON files in this folder. */
const results = process.env.WARMDOCK_TEST_RESULTS;

/** More than cores: half of a test's time is waiting. */
const maxWorkers = Number(process.env.WARMDOCK_TEST_WORKERS ?? 4);

/** Files of more than a minute: begun last, they would keep one worker while the others have no more to do. */
const longest = [
  'cli/integration/docker/parity',
  'cli/integration/docker/compose',
  'compose/integration/compose-parity',
  'cli/integration/docker/old-compose',
  'golden/integration/strategy/zfs',
  'golden/integration/strategy/linked-layers',
  'golden/integration/builds/golden-build',
  'golden/integration/store/crashes',
  'cli/integration/docker/build-script',
  'cli/integration/docker/compose-up',
  'cli/integration/docker/bake',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((part) => moduleId.includes(part));
      return rank === -1 ? longest.length : rank;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rankOf(a) - rankOf(b));
  }
}

/** Each worker has a testbed of its own. */
const onEngines = {
  globalSetup: ['packages/testkit/src/testbed/global-setup.ts'],
  setupFiles: ['packages/testkit/src/testbed/worker-setup.ts'],
  maxWorkers,
  testTimeout: 60_000,
  // Some wait for their turn at what a machine has but one of.
  hookTimeout: 300_000,
};

export default defineConfig({
  test: {
    reporters: results
      ? ['default', ['json', { outputFile: `${results}/${process.pid}.json` }]]
      : ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      // A process for each file would take longer than its tests; no module keeps state.
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/**/*.test.ts'],
          isolate: false,
          maxWorkers,
          // Beside integration tests, which leave them little.
          testTimeout: 60_000,
          hookTimeout: 60_000,
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

import { cli, compose } from './cli-rooms.js';
import { core } from './core-rooms.js';
import { golden } from './golden-rooms.js';
import { type Part, rooms } from './rooms.js';

const siblings = {
  core: ['@warmdock/core', '@warmdock/core/internal'],
  compose: ['@warmdock/compose'],
  golden: ['@warmdock/golden'],
};

/** The test kit shares no code, and so no bugs, with what it tests. */
const testkit = rooms('testkit', 'packages/testkit/src', {
  'testbed/paths': [],
  'testbed/info': [],
  'testbed/state': ['testbed/info'],
  'testbed/use-testbed': ['testbed/info', 'vitest'],
  'testbed/rootfs': ['testbed/paths', 'testbed/state'],
  'testbed/file-systems': ['testbed/paths', 'vitest'],
  fakes: ['@grpc/grpc-js'],
  git: ['fakes'],
  registry: ['fakes'],
  images: ['testbed/rootfs', 'tar-stream', 'clients', 'fakes'],
  clients: ['testbed/info', 'testbed/paths', 'testbed/rootfs', 'testbed/state', 'testbed/engines'],
  recordings: [],
  'testbed/engines': [
    ...['clients', 'images', 'testbed/file-systems', 'testbed/info', 'testbed/paths'],
    ...['testbed/rootfs', 'testbed/state'],
  ],
  testbed: [
    ...['testbed/engines', 'testbed/file-systems', 'testbed/info', 'testbed/paths'],
    ...['testbed/rootfs', 'testbed/state', 'testbed/use-testbed', 'vitest'],
  ],
  npm: ['fakes', 'clients'],
  proxies: ['testbed/engines'],
  cli: ['testbed', 'testbed/engines', 'testbed/info', 'testbed/paths', 'testbed/state'],
  scripts: [],
  '.': [
    ...['clients', 'fakes', 'git', 'images', 'npm', 'proxies', 'recordings', 'registry'],
    'testbed',
    'testbed/use-testbed',
  ],
});

const bench = rooms('bench', 'bench', {
  sides: [...siblings.core, '@warmdock/testkit', '.'],
  report: ['@warmdock/testkit', '.', 'sides'],
  cases: ['@warmdock/testkit', '.', 'report', 'sides'],
  golden: [...siblings.core, ...siblings.golden, '@warmdock/testkit', '.', 'report', 'sides'],
  grpc: [...siblings.core, '@warmdock/testkit', '.', 'report', 'sides'],
  '.': [...siblings.core, '@warmdock/testkit', 'cases', 'report', 'sides'],
});

const inCore = Object.keys(core);
const inCompose = [...Object.keys(compose), ...siblings.core];
const inGolden = [...Object.keys(golden), ...siblings.core, ...siblings.golden];
const inCli = [...Object.keys(cli), ...Object.values(siblings).flat()];

/** Who may import whom: the architecture in one table, a row for each room. */
export const parts: Record<string, Part> = {
  ...core,
  ...compose,
  ...golden,
  ...cli,
  ...testkit,
  ...bench,
  'core tests': { at: 'packages/core/integration', uses: [...inCore, ...siblings.core] },
  'compose tests': { at: 'packages/compose/integration', uses: inCompose },
  'golden tests': { at: 'packages/golden/integration', uses: [...inGolden, 'tsup'] },
  'golden soak': { at: 'packages/golden/soak', uses: ['golden tests', ...inGolden, 'zod'] },
  'cli tests': { at: 'packages/cli/integration', uses: inCli },
  'cli soak': { at: 'packages/cli/soak', uses: ['cli tests'] },
  'testkit tests': { at: 'packages/testkit/integration', uses: Object.keys(testkit) },
  architecture: { at: 'packages/testkit/architecture', uses: ['typescript', 'vitest'] },
  examples: { at: 'examples', uses: ['@warmdock/compose', '@warmdock/core', '@warmdock/golden'] },
  // The reference is made from the tables of the command line.
  scripts: {
    at: 'scripts',
    uses: [
      ...['@warmdock/core', '@warmdock/testkit', 'cli/flags/tables', 'cli/help'],
      ...['core/error-codes', '@microsoft/api-extractor', 'typedoc', 'typedoc-plugin-markdown'],
      'typescript',
    ],
  },
};

/**
 * What tests (`*.test.ts`, `integration/`, `soak/`) and what only they share (`*.testing.ts`,
 * `testing/`) may import besides; `testing` stands for the latter. An archive's other side is another's
 * work; what we import only where it is installed, tests do have.
 */
export const testsUse: readonly string[] = [
  '@napi-rs/xattr',
  '@warmdock/testkit',
  'tar-stream',
  'testing',
  'vitest',
];

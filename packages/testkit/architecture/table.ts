/** A part of the repository, and everything but `node:` modules and itself that it may import. */
export interface Part {
  /** A folder, or a single file. */
  at: string;
  /** Names of parts, of npm packages, and of workspace packages. */
  uses: readonly string[];
}

const oci = ['errors', 'oci'];
const content = [...oci, 'content', 'write-error'];
const foundations = [...content, 'docker', 'authorities', 'options'];
const services = ['engine', 'buildkit'];

/**
 * Who may import whom: the architecture in one table. `oci` is pure data; the services know nothing
 * of each other, `build` alone brings them together; generated types stay behind `buildkit` and
 * `fsutil`; the test kit shares no code, and so no bugs, with what it tests; nothing imports `cli`.
 */
export const parts: Record<string, Part> = {
  errors: { at: 'packages/core/src/errors.ts', uses: [] },
  options: { at: 'packages/core/src/options', uses: ['errors'] },
  'go-bool': { at: 'packages/core/src/go-bool.ts', uses: [] },
  authorities: { at: 'packages/core/src/authorities.ts', uses: ['errors'] },
  'write-error': { at: 'packages/core/src/write-error.ts', uses: ['errors'] },
  oci: { at: 'packages/core/src/oci', uses: ['errors', 'options', 'zod'] },
  content: { at: 'packages/core/src/content', uses: [...oci, 'write-error'] },
  docker: { at: 'packages/core/src/docker', uses: ['errors'] },
  tar: { at: 'packages/core/src/tar', uses: ['errors'] },
  engine: { at: 'packages/core/src/engine', uses: foundations },
  gen: { at: 'packages/core/src/gen', uses: ['@bufbuild/protobuf'] },
  fsutil: { at: 'packages/core/src/fsutil', uses: ['errors', 'gen', 'write-error'] },
  http2: { at: 'packages/core/src/buildkit/http2', uses: ['errors'] },
  'grpc-js': {
    at: 'packages/core/src/buildkit/grpc-js',
    uses: ['errors', 'buildkit', '@grpc/grpc-js'],
  },
  buildkit: {
    at: 'packages/core/src/buildkit',
    uses: [...foundations, 'fsutil', 'gen', 'go-bool', 'http2', 'grpc-js', 'undici'],
  },
  build: {
    at: 'packages/core/src/build',
    uses: [...content, ...services, 'docker', 'go-bool', 'options', 'tar'],
  },
  core: {
    at: 'packages/core/src/index.ts',
    uses: [...content, ...services, 'build', 'docker', 'options', 'public checks'],
  },
  'public checks': { at: 'packages/core/src/public-checks.ts', uses: ['build', 'options'] },
  'core tests': {
    at: 'packages/core/integration',
    uses: [...content, ...services, 'build', 'core', '@warmdock/core'],
  },

  compose: { at: 'packages/compose/src', uses: ['@warmdock/core', 'zod'] },
  'compose tests': { at: 'packages/compose/integration', uses: ['compose', '@warmdock/core'] },

  bolt: { at: 'packages/golden/src/bolt', uses: ['@warmdock/core'] },
  'data-root': { at: 'packages/golden/src/data-root', uses: ['@warmdock/core', 'bolt', 'zod'] },
  strategy: { at: 'packages/golden/src/strategy', uses: ['@warmdock/core', 'data-root'] },
  redact: { at: 'packages/golden/src/redact', uses: [] },
  store: {
    at: 'packages/golden/src/store',
    uses: ['@warmdock/core', 'data-root', 'strategy', 'zod'],
  },
  'golden builds': {
    at: 'packages/golden/src/build',
    uses: ['@warmdock/core', 'data-root', 'redact', 'store', 'zod'],
  },
  webhook: {
    at: 'packages/golden/src/webhook',
    uses: ['@warmdock/core', 'store', 'golden builds', 'zod'],
  },
  golden: {
    at: 'packages/golden/src/index.ts',
    uses: ['data-root', 'strategy', 'store', 'golden builds', 'webhook'],
  },
  'golden soak': { at: 'packages/golden/soak', uses: ['golden tests', 'store', 'zod'] },
  'golden tests': {
    at: 'packages/golden/integration',
    uses: [
      'bolt',
      'data-root',
      'strategy',
      'store',
      'golden builds',
      'webhook',
      'golden',
      '@warmdock/core',
      '@warmdock/golden',
      'tsup',
    ],
  },

  cli: {
    at: 'packages/cli/src',
    uses: [
      '@grpc/grpc-js',
      '@warmdock/core',
      '@warmdock/compose',
      '@warmdock/golden',
      'packages/cli/package.json',
      'log-update',
      'picocolors',
      'zod',
    ],
  },
  'cli tests': {
    at: 'packages/cli/integration',
    uses: ['cli', '@warmdock/core', '@warmdock/compose', '@warmdock/golden'],
  },
  'cli soak': { at: 'packages/cli/soak', uses: ['cli tests'] },

  testkit: { at: 'packages/testkit/src', uses: ['@grpc/grpc-js', 'tar-stream', 'vitest'] },
  'testkit tests': { at: 'packages/testkit/integration', uses: ['testkit'] },
  architecture: { at: 'packages/testkit/architecture', uses: ['typescript', 'vitest'] },

  examples: { at: 'examples', uses: ['@warmdock/compose', '@warmdock/core', '@warmdock/golden'] },
  bench: {
    at: 'bench',
    uses: ['@warmdock/core', '@warmdock/golden', '@warmdock/testkit', 'testkit'],
  },
  scripts: { at: 'scripts', uses: ['@warmdock/core', '@warmdock/testkit', 'testkit'] },
};

/**
 * What tests (`*.test.ts`, `integration/`) and what only they share (`*.testing.ts`, `testing/`) may
 * import besides; `testing` stands for the latter. An archive's other side is another's work;
 * what we import only where it is installed, tests do have.
 */
export const testsUse: readonly string[] = [
  '@napi-rs/xattr',
  '@warmdock/testkit',
  'tar-stream',
  'testing',
  'vitest',
];

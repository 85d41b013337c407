import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importsOf, partOf, violationsOf } from './imports.js';
import { parts } from './table.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const roots = ['packages', 'examples', 'bench', 'scripts'].filter((root) =>
  existsSync(join(repository, root)),
);

function sources(): string[] {
  return roots.flatMap((root) => filesBelow(join(repository, root))).filter(isSource);
}

const isSource = (path: string) => /\.m?ts$/.test(path) && !/(\.d|\.config)\.ts$/.test(path);

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [relative(repository, path)];
  });
}

describe('the repository', () => {
  test.each(Object.keys(parts))('%s imports only what the table allows', (part) => {
    const files = sources().filter((path) => partOf(path) === part);
    const violations = files.flatMap((path) =>
      violationsOf(path, readFileSync(join(repository, path), 'utf8')),
    );
    expect(violations).toEqual([]);
  });

  test('has no source that belongs to no part', () => {
    expect(sources().filter((path) => partOf(path) === undefined)).toEqual([]);
  });

  test('has as many sources as it takes to notice that the walk is broken', () => {
    expect(sources().length).toBeGreaterThan(50);
  });
});

describe('the rules', () => {
  test.each([
    ['packages/core/src/oci/digest.ts', `import { x } from '../content/content.js';`],
    ['packages/core/src/engine/ping.ts', `import { x } from '../buildkit/solve.js';`],
    ['packages/core/src/buildkit/solve.ts', `export * from '../engine/ping.js';`],
    ['packages/core/src/buildkit/solve.ts', `const x = await import('../engine/ping.js');`],
    ['packages/core/src/build/run.ts', `import type { X } from '../gen/control.js';`],
    ['packages/core/src/index.ts', `export type { X } from './gen/control.js';`],
    ['packages/core/src/content/content.ts', `import { z } from 'zod/mini';`],
    ['packages/core/src/oci/digest.ts', `import { x } from '@warmdock/testkit';`],
    ['packages/core/src/build/run.ts', `import { x } from '../../../cli/src/main.js';`],
    ['packages/cli/src/main.ts', `import { x } from '../../core/src/build/run.js';`],
    ['packages/compose/src/index.ts', `import { x } from '@warmdock/golden';`],
    ['packages/testkit/src/fakes/fake.ts', `import { x } from '@warmdock/core';`],
    ['packages/testkit/integration/a.test.ts', `import { x } from '@warmdock/core';`],
    ['packages/core/src/oci/digest.ts', `import { x } from './testing/suite.js';`],
    ['packages/core/src/fsutil/walk.ts', `import { x } from './tree.testing.js';`],
    ['packages/other/src/a.ts', ''],
  ])('%s with «%s» breaks them', (path, source) => {
    expect(violationsOf(path, source)).toHaveLength(1);
  });

  test.each([
    ['packages/core/src/oci/digest.ts', `import { createHash } from 'node:crypto';`],
    ['packages/core/src/oci/digest.ts', `import { x } from './reference.js';`],
    ['packages/core/src/buildkit/session/auth.ts', `import { x } from '../../gen/auth.js';`],
    ['packages/core/src/build/run.ts', `import { x } from '../buildkit/solve.js';`],
    ['packages/core/src/oci/digest.test.ts', `import { x } from '@warmdock/testkit';`],
    ['packages/core/src/oci/digest.test.ts', `import { x } from './testing/suite.js';`],
    ['packages/core/src/oci/testing/suite.ts', `import { x } from 'vitest';`],
    ['packages/core/integration/build.test.ts', `import { x } from '../src/build/run.js';`],
    ['packages/cli/src/main.ts', `import { x } from '@warmdock/core';`],
  ])('%s with «%s» keeps them', (path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  test('see every way to import, and nothing in comments and strings', () => {
    const source = `
      import a from 'a'; import type { B } from 'b'; import 'c'; export * from 'd';
      export type { E } from 'e'; const f = await import('f'); type G = import('g').G;
      // import x from 'comment';
      const text = "import y from 'string'";`;
    expect(importsOf(source)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});

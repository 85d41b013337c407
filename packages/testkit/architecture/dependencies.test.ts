import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cyclesIn } from './cycles.js';
import { fileOf, importsOf, partOf, violationsOf } from './imports.js';
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

/** Some 20: what one takes in at a glance. */
const maxFiles = 22;

const isOwn = (path: string) => !/\.(test|testing)\.ts$/.test(path);

/** The folders of sources, with their files. */
function rooms(): [room: string, files: string[]][] {
  const found = new Map<string, string[]>();
  for (const path of sources()) {
    if (!/^packages\/[^/]+\/src\//.test(path) || /\/(gen|testing)\//.test(path)) continue;
    found.set(dirname(path), [...(found.get(dirname(path)) ?? []), path]);
  }
  return [...found];
}

describe('the repository', () => {
  test.each(Object.keys(parts))('%s imports only what the table allows', (part) => {
    const files = sources().filter((path) => partOf(path) === part);
    const violations = files.flatMap((path) =>
      violationsOf(path, readFileSync(join(repository, path), 'utf8')),
    );
    expect(violations).toEqual([]);
  });

  test('has no files that import each other in a circle, types included', () => {
    const files = new Set(sources());
    const graph = [...files].map((path): [string, string[]] => {
      const found = importsOf(readFileSync(join(repository, path), 'utf8'));
      const targets = found.flatMap((specifier) => fileOf(path, specifier) ?? []);
      return [path, targets.filter((target) => files.has(target))];
    });
    expect(cyclesIn(new Map(graph))).toEqual([]);
  });

  test('has rooms in which one finds something', () => {
    const crowded = rooms().filter(([, files]) => files.filter(isOwn).length > maxFiles);
    expect(crowded.map(([room]) => room)).toEqual([]);
  });

  test('has rooms that say what they are', () => {
    const silent = rooms().filter(([room]) => !existsSync(join(repository, room, 'README.md')));
    expect(silent.map(([room]) => room)).toEqual([]);
  });

  test('has no folder of sources that tools take for something made', () => {
    const made = /\/(build|dist|out|target)\//;
    expect(sources().filter((path) => made.test(path))).toEqual([]);
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
    ['packages/core/src/pipeline/run-build.ts', `import type { X } from '../gen/control.js';`],
    ['packages/core/src/index.ts', `export type { X } from './gen/control.js';`],
    ['packages/core/src/content/content.ts', `import { z } from 'zod/mini';`],
    ['packages/core/src/oci/digest.ts', `import { x } from '@warmdock/testkit';`],
    ['packages/core/src/pipeline/run-build.ts', `import { x } from '../../../cli/src/main.js';`],
    ['packages/cli/src/main.ts', `import { x } from '../../core/src/pipeline/run-build.js';`],
    ['packages/compose/src/index.ts', `import { x } from '@warmdock/golden';`],
    ['packages/testkit/src/fakes/fake.ts', `import { x } from '@warmdock/core';`],
    ['packages/testkit/integration/a.test.ts', `import { x } from '@warmdock/core';`],
    ['packages/core/src/oci/digest.ts', `import { x } from './testing/suite.js';`],
    ['packages/core/src/fsutil/sending/walk.ts', `import { x } from './tree.testing.js';`],
    ['packages/core/src/pipeline/plan/plan-build.ts', `import { x } from '../solve/run-solve.js';`],
    ['examples/a.ts', `import { x } from '@warmdock/core/internal';`],
    ['packages/other/src/a.ts', ''],
  ])('%s with «%s» breaks them', (path, source) => {
    expect(violationsOf(path, source)).toHaveLength(1);
  });

  test.each([
    ['packages/core/src/oci/digest.ts', `import { createHash } from 'node:crypto';`],
    ['packages/core/src/oci/digest.ts', `import { x } from './reference.js';`],
    ['packages/core/src/buildkit/session/auth.ts', `import { x } from '../../gen/auth.js';`],
    ['packages/core/src/pipeline/run-build.ts', `import { x } from '../buildkit/solve.js';`],
    ['packages/core/src/oci/digest.test.ts', `import { x } from '@warmdock/testkit';`],
    ['packages/core/src/oci/digest.test.ts', `import { x } from './testing/suite.js';`],
    ['packages/core/src/oci/testing/suite.ts', `import { x } from 'vitest';`],
    [
      'packages/core/integration/build.test.ts',
      `import { x } from '../src/pipeline/run-build.js';`,
    ],
    ['packages/cli/src/main.ts', `import { x } from '@warmdock/core';`],
    ['examples/a.ts', `import { x } from '@warmdock/core/engine';`],
  ])('%s with «%s» keeps them', (path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  test('see circles of two and of more files, and those inside of others', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d', 'f'], f: [] };
    expect(cyclesIn(new Map(Object.entries(graph))).sort()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
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

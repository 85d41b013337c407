import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { environmentVariables } from './environment-variables.js';

const packages = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['cli/bin', 'cli/src', 'compose/src', 'core/src', 'golden/src'];

/** What looks like a variable: one of these families, or a property of an environment. */
const family =
  /\b(?:WARMDOCK|XDG|DOCKER|BUILDX|BUILDKIT|COMPOSE|ACTIONS|AWS|SSH|SSL|SOURCE)(?:_[A-Z0-9]+)+\b/g;
const property = /\benv\.([A-Z][A-Z0-9_]+)/g;

/** Build arguments and options that are called like variables, and variables of docker alone. */
const others = ['BUILDKIT_INLINE_CACHE', 'BUILDKIT_MULTI_PLATFORM', 'DOCKER_API_VERSION'];

function namesInSources(): Set<string> {
  const texts = folders.flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(test|testing)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/\/testing\/|environment-variables\.ts$/.test(path))
      .map((path) => readFileSync(path, 'utf8')),
  );
  const found = texts.flatMap((text) => [
    ...[...text.matchAll(family)].map(([name]) => name),
    ...[...text.matchAll(property)].map(([, name = '']) => name),
  ]);
  return new Set(found);
}

const names = environmentVariables.flatMap(({ variables }) => variables.map(({ name }) => name));

test('the table has every variable that a source reads', () => {
  const known = new Set([...names, ...others]);
  expect([...namesInSources()].filter((name) => !known.has(name)).sort()).toEqual([]);
});

test('the table has nothing that no source reads', () => {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'environment-variables.ts')
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  );
  const text = sources.join('\n');
  expect(names.filter((name) => !text.includes(name.replace('*', '')))).toEqual([]);
});

test('each stands there once', () => {
  expect(new Set(names).size).toBe(names.length);
});

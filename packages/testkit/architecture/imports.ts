import { posix } from 'node:path';
import ts from 'typescript';
import type { Part } from './rooms.js';
import { parts, testsUse } from './table.js';

/** The module specifiers of `import`, `export from`, `import()` and `require()`, types included. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The part that a file belongs to, the innermost one; `path` is relative to the repository. */
export function partOf(path: string): string | undefined {
  const holding = Object.entries(parts).filter(
    ([, { at }]) => path === at || path.startsWith(`${at}/`),
  );
  return holding.sort(([, a], [, b]) => b.at.length - a.at.length)[0]?.[0];
}

/** What the file must not import, each as a sentence; empty when it keeps to the table. */
export function violationsOf(path: string, source: string): string[] {
  const part = partOf(path);
  if (part === undefined) return [`${path} belongs to no part of the table`];
  const forTests = isTest(path) ? [...testsUse, ...siblingsOf(part)] : [];
  const allowed = new Set([part, ...(parts[part] as Part).uses, ...forTests]);
  return importsOf(source)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => ({ specifier, imported: importedBy(path, specifier) }))
    .filter(({ imported }) => !allowed.has(imported))
    .map(({ specifier }) => `${path}: ${part} must not import ${specifier}`);
}

/** A test may go by way of any room of its package. */
function siblingsOf(part: string): string[] {
  const [name] = part.split('/');
  return Object.keys(parts).filter((other) => other.startsWith(`${name}/`));
}

function importedBy(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return packageOf(specifier);
  const target = fileOf(path, specifier) ?? '';
  if (SHARED_BY_TESTS.test(target)) return 'testing';
  return partOf(target) ?? target;
}

/** `name/sub` is an import of its package, and so is `@scope/name/sub`, but for what only siblings may use. */
function packageOf(specifier: string): string {
  if (specifier.endsWith('/internal')) return specifier;
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** The file that a relative import of a file leads to; `undefined` for packages. */
export function fileOf(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
}

const SHARED_BY_TESTS = /\/testing\/|\.testing\.ts$/;

function isTest(path: string): boolean {
  return /\.test\.ts$|\/integration\/|\/soak\//.test(path) || SHARED_BY_TESTS.test(path);
}

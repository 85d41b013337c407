import { posix } from 'node:path';
import ts from 'typescript';
import { type Part, parts, testsUse } from './table.js';

/** The module specifiers of `import`, `export from`, `import()` and `require()`, types included. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The part that a file belongs to; `path` is relative to the repository. */
export function partOf(path: string): string | undefined {
  const holds = ({ at }: Part) => path === at || path.startsWith(`${at}/`);
  return Object.keys(parts).find((name) => holds(parts[name] as Part));
}

/** What the file must not import, each as a sentence; empty when it keeps to the table. */
export function violationsOf(path: string, source: string): string[] {
  const part = partOf(path);
  if (part === undefined) return [`${path} belongs to no part of the table`];
  const allowed = new Set([part, ...(parts[part] as Part).uses, ...(isTest(path) ? testsUse : [])]);
  return importsOf(source)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => ({ specifier, imported: importedBy(path, specifier) }))
    .filter(({ imported }) => !allowed.has(imported))
    .map(({ specifier }) => `${path}: ${part} must not import ${specifier}`);
}

function importedBy(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return packageOf(specifier);
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
  if (SHARED_BY_TESTS.test(target)) return 'testing';
  return partOf(target) ?? target;
}

/** `@scope/name/sub` and `name/sub` are imports of their package. */
function packageOf(specifier: string): string {
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

const SHARED_BY_TESTS = /\/testing\/|\.testing\.ts$/;

function isTest(path: string): boolean {
  return /\.test\.ts$|\/integration\//.test(path) || SHARED_BY_TESTS.test(path);
}

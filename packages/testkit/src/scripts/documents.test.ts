import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === '.git') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, extension);
    return entry.name.endsWith(extension) ? [path] : [];
  });
}

const documents = filesBelow(repository, '.md').map((path): [string, string] => [
  relative(repository, path),
  readFileSync(path, 'utf8'),
]);

/** All examples, which are tested, without line breaks and indents. */
const examples = filesBelow(join(repository, 'examples'), '.ts')
  .map((path) => onOneLine(readFileSync(path, 'utf8')))
  .join('\n');

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

describe('what people read', () => {
  it.each(documents)('%s leads only to what is there', (path, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)].map(
      ([, to]) => to ?? '',
    );
    const dangling = links.filter((to) => !existsSync(join(repository, dirname(path), to)));
    expect(dangling).toEqual([]);
  });

  const withCode = documents.filter(
    ([path, text]) =>
      text.includes('```ts') &&
      !/^(\.changeset|docs\/reference|etc\/api|packages\/golden)\//.test(path),
  );
  it.each(withCode)('%s shows code that is tested', (_, text) => {
    const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => onOneLine(code ?? ''));
    expect(blocks.filter((code) => !examples.includes(code))).toEqual([]);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../lib/generated-files.js';
import { publicEntries } from '../lib/public-entries.js';
import { publicModel } from '../lib/public-model.js';

export const folder = 'docs/reference/sdk';

/** A page for each entry of a package, from the docstrings of what it exports, and a list of them. */
export async function render(): Promise<Files> {
  const { app, project } = await publicModel();
  const output = await mkdtemp(join(tmpdir(), 'warmdock-sdk-'));
  try {
    app.options.setValue('outputs', [{ name: 'markdown', path: output }]);
    await app.generateOutputs(project);
    return await pagesIn(output);
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

async function pagesIn(output: string): Promise<Files> {
  const pages = await Promise.all(
    publicEntries().map(async ({ name }) => [
      `${folder}/${name}.md`,
      await readFile(join(output, `${name}.md`), 'utf8'),
    ]),
  );
  return { ...Object.fromEntries(pages), [`${folder}.md`]: index() };
}

function index(): string {
  const rows = publicEntries().map(({ specifier, name }) => `- [\`${specifier}\`](sdk/${name}.md)`);
  return `# SDK\n\nEach entry of each package, from its docstrings.\n\n${rows.join('\n')}\n`;
}

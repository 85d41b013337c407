import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './public-entries.js';

/** Texts by their paths in the repository. */
export type Files = Readonly<Record<string, string>>;

export interface GeneratedFiles {
  readonly files: Files;
  /** Folders that hold generated files alone: others in them are stale. */
  readonly folders: readonly string[];
  /** The command that brings the files up to date. */
  readonly accept: string;
}

/** Brings the files up to date; with `--check`, prints how they differ and fails instead. */
export function settle(generated: GeneratedFiles): void {
  if (process.argv.includes('--check')) check(generated);
  else write(generated);
}

function write({ files, folders }: GeneratedFiles): void {
  for (const path of staleFiles(files, folders)) rmSync(join(root, path));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function check({ files, folders, accept }: GeneratedFiles): void {
  const stale = staleFiles(files, folders).map((path) => [path, ''] as const);
  const changed = [...Object.entries(files), ...stale].filter(
    ([path, text]) => textOf(path) !== text,
  );
  if (changed.length === 0) return;
  for (const [path, text] of changed) console.error(diffOf(path, text));
  const names = changed.map(([path]) => path).join(', ');
  console.error(`Out of date: ${names}. Accept with \`${accept}\`, and commit.`);
  process.exitCode = 1;
}

function staleFiles(files: Files, folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => !(path in files));
}

function textOf(path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
}

function diffOf(path: string, text: string): string {
  const labels = ['--label', path, '--label', `${path} (as generated)`];
  return spawnSync('diff', ['-u', '-N', ...labels, path, '-'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  }).stdout;
}

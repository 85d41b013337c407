import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SolveInput } from './solve-input.js';

/** A new directory that only this user can read, for what one build needs. */
export function makeTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'warmdock-spool-'));
}

export function removeTemporaryDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true });
}

/** Serves these bytes as the build's Dockerfile, from below the directory. */
export async function serveDockerfile(
  directory: string,
  bytes: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<Required<Pick<SolveInput, 'attrs' | 'locals'>>> {
  const folder = join(directory, 'dockerfile');
  await mkdir(folder);
  await writeFile(join(folder, 'Dockerfile'), bytes, { mode: 0o600 });
  return {
    attrs: { filename: 'Dockerfile', dockerfilekey: 'dockerfile' },
    locals: [{ name: 'dockerfile', directory: folder }],
  };
}

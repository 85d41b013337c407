import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, outputOf, runCommand } from '@warmdock/testkit';
import { docker } from './session-engine.js';

/**
 * Digests of all layers, configurations and manifests that `docker save` writes, sorted: those of the
 * bytes, not of the names. Without the index, which has labels besides.
 */
export async function savedDigests(engine: Engine, image: string): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'warmdock-saved-'));
  const archive = join(dir, 'archive');
  await docker(engine, 'save', '--output', archive, image);
  const env = { PATH: process.env.PATH ?? '' };
  await outputOf(runCommand(['tar', '-xf', archive], { env, cwd: dir }));
  await rm(archive);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'index.json');
  const digests = files.map(async ({ parentPath, name }) => {
    const content = await readFile(join(parentPath, name));
    return createHash('sha256').update(content).digest('hex');
  });
  const all = await Promise.all(digests);
  await rm(dir, { recursive: true });
  return all.sort();
}

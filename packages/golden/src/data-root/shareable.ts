import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core';
export async function findShareable(
  tree: string,
  _o?: CallOptions,
): Promise<{ layers: string[]; blobs: string[] }> {
  const db = join(tree, 'docker/image/overlay2/layerdb/sha256');
  const names = await readdir(db).catch(() => [] as string[]);
  const layers = [];
  for (const n of names) {
    const id = (await readFile(join(db, n, 'cache-id'), 'utf8')).trim();
    const at = `docker/overlay2/${id}/diff`;
    if (existsSync(join(tree, at))) layers.push(at);
  }
  const bd = 'docker/buildkit/content/blobs/sha256';
  const blobs = (await readdir(join(tree, bd)).catch(() => [] as string[])).map(
    (n) => `${bd}/${n}`,
  );
  return { layers: layers.sort(), blobs: blobs.sort() };
}

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { lockFile } from '../store/fs/file-lock.js';
import type { GoldenStore } from '../store/golden-store.js';
import { parseName } from '../store/records/names.js';
import { projectPaths, storePaths } from '../store/records/paths.js';
import { readJsonOr } from '../store/records/read-json.js';
import { writeJson } from '../store/records/write-json.js';
import type { Delivery } from './provider.js';

const schema = z.object({
  format: z.literal(1),
  /** The newest last. */
  accepted: z.array(z.object({ digest: z.string(), id: z.string().optional() })),
});

/** Of each project; older ones are forgotten. */
const maxRemembered = 1_000;
const maxIdLength = 100;
const waitMs = 10_000;

/**
 * Calls `accept` unless the delivery was accepted before, by its id or its signed content. Resolves
 * to whether it did. Remembers deliveries across restarts.
 */
export async function acceptOnce(
  store: GoldenStore,
  project: string,
  delivery: Delivery & { kind: 'build' },
  accept: () => Promise<void>,
): Promise<boolean> {
  const { folder } = projectPaths(storePaths(store.root), parseName('project', project));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'deliveries.json');
  const operation = `accepting a delivery for ${project}`;
  await using _lock = await lockFile(join(folder, 'deliveries.lock'), { operation, waitMs });
  // A lost record begins anew: at worst, an unneeded build follows.
  const accepted = (await readJsonOr(path, schema, undefined))?.accepted ?? [];
  const digest = createHash('sha256').update(delivery.vouched).digest('hex');
  const id = delivery.id?.slice(0, maxIdLength);
  const isKnown = accepted.some(
    (other) => other.digest === digest || (id !== undefined && other.id === id),
  );
  if (isKnown) return false;
  await accept();
  const all = [...accepted, { digest, id }].slice(-maxRemembered);
  await writeJson(path, { format: 1, accepted: all });
  return true;
}

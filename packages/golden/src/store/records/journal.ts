import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { generationNumber } from './manifest.js';
import { isName } from './names.js';
import type { ProjectPaths } from './paths.js';
import { readJson } from './read-json.js';
import { syncFolder, writeJson } from './write-json.js';

/** A promotion that has begun: all that is needed to finish it. */
export const journalSchema = z.object({
  format: z.literal(1),
  /** Names its entries in the pool and its folder among the generations. */
  transaction: z.string().regex(/^[A-Za-z0-9._-]+$/),
  session: z.string().refine(isName),
  generation: generationNumber,
  base: generationNumber.optional(),
  createdAt: z.iso.datetime(),
  buildId: z.string(),
  imageStore: z.enum(['classic', 'containerd']).optional(),
  images: z.array(z.string()),
});

export type Journal = z.infer<typeof journalSchema>;

export function readJournal({ journal }: ProjectPaths): Promise<Journal | undefined> {
  return readJson(journal, journalSchema);
}

/** The path of an unfinished generation. */
export const partialGeneration = (
  { generations }: ProjectPaths,
  { transaction }: Journal,
): string => join(generations, `.partial-${transaction}`);

export async function writeJournal({ journal }: ProjectPaths, content: Journal): Promise<void> {
  await writeJson(journal, content);
}

export async function removeJournal({ journal }: ProjectPaths): Promise<void> {
  await rm(journal, { force: true });
  await syncFolder(dirname(journal));
}

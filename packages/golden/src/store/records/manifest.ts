import { join } from 'node:path';
import { z } from 'zod';
import { isName } from './names.js';
import { readJson } from './read-json.js';

const bytes = z.number().int().nonnegative();
export const generationNumber = z.number().int().positive();

/** Relative, without a way up: it is joined to folders of the store. */
const relativePath = z
  .string()
  .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));

const pooledLayer = z.object({
  at: relativePath,
  pool: relativePath,
  sizeBytes: bytes,
  entries: bytes,
  fingerprint: z.string(),
});

const content = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('linked'),
    layers: z.array(pooledLayer).readonly(),
    sharedBytes: bytes,
    fingerprint: z.string(),
    ownBytes: bytes,
    addedBytes: bytes,
  }),
  z.object({
    kind: z.literal('whole'),
    parts: z
      .array(z.object({ at: relativePath, sizeBytes: bytes }))
      .readonly()
      .default([]),
    subvolumes: z.array(relativePath).readonly().optional(),
    sizeBytes: bytes,
    addedBytes: bytes,
  }),
]);

/** What a generation is, in `manifest.json` beside its tree. */
export const manifestSchema = z.object({
  format: z.literal(1),
  project: z.string().refine(isName),
  generation: generationNumber,
  transaction: z.string(),
  createdAt: z.iso.datetime(),
  base: generationNumber.optional(),
  buildId: z.string(),
  imageStore: z.enum(['classic', 'containerd']).optional(),
  images: z.array(z.string()),
  content,
});

export type Manifest = z.infer<typeof manifestSchema>;

export const manifestPath = (generationFolder: string): string =>
  join(generationFolder, 'manifest.json');

/** `undefined` when there is no such generation. */
export function readManifest(generationFolder: string): Promise<Manifest | undefined> {
  return readJson(manifestPath(generationFolder), manifestSchema);
}

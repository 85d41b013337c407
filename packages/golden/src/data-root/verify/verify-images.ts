import { chainIdsOf, isDigest } from '@warmdock/core/oci';
import { z } from 'zod';
import { classicLayers } from '../layer-database.js';
import { treeNames, treeText } from '../tree-files.js';
import type { TreeProblem } from './problem.js';

const folder = 'docker/image/overlay2/imagedb/content/sha256';

const digest = z.string().refine(isDigest);
/** Of an image's configuration, what says which layers it has. */
const image = z.object({ rootfs: z.object({ diff_ids: z.array(digest).nullish() }) });

/** `repository: { reference: imageID }` */
const repositories = z.object({
  Repositories: z.record(z.string(), z.record(z.string(), digest)),
});

/** The classic store: images have all their layers, and names have their images. */
export function* verifyImages(tree: string): Generator<TreeProblem> {
  const chains = new Set<string>(classicLayers(tree).map(({ chain }) => `sha256:${chain}`));
  const images = treeNames(tree, folder);
  for (const name of images) {
    const at = `${folder}/${name}`;
    const config = parse(image, treeText(tree, at));
    const top = chainIdsOf(config?.rootfs.diff_ids ?? []).at(-1);
    if (config === undefined) yield { at, text: 'is not the configuration of an image' };
    else if (top !== undefined && !chains.has(top)) yield { at, text: 'lacks layers' };
  }
  yield* verifyNames(tree, new Set(images.map((name) => `sha256:${name}`)));
}

function* verifyNames(tree: string, images: ReadonlySet<string>): Generator<TreeProblem> {
  const at = 'docker/image/overlay2/repositories.json';
  const text = treeText(tree, at);
  if (text === undefined) return;
  const known = parse(repositories, text);
  if (known === undefined) yield { at, text: 'is no list of names' };
  for (const references of Object.values(known?.Repositories ?? {})) {
    for (const [reference, id] of Object.entries(references)) {
      if (!images.has(id)) yield { at, text: `${reference} is image ${id}, which is missing` };
    }
  }
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

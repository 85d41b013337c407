import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTestImage, randomImage, startEngine } from '@warmdock/testkit';

const IMAGES = 4;
const LAYERS = 5;
export const FILES_PER_LAYER = 1000;

/** What a daemon holds: 4 images of 5 layers, 20,000 files in all. */
export interface Size {
  readonly name: string;
  readonly fileBytes: number;
}

export const small: Size = { name: '100 MB', fileBytes: 5_200 };
export const large: Size = { name: '1 GB', fileBytes: 52_000 };

export const sizes = [small, large];

export const imageNames = Array.from({ length: IMAGES }, (_, index) => `bench-${index}:1`);

/** Makes a data root in `tree/docker` by a real daemon, which has stopped when it is there. */
export async function makeSizedDataRoot(tree: string, size: Size): Promise<void> {
  const dataRoot = join(tree, 'docker');
  await mkdir(dataRoot, { recursive: true });
  await using engine = await startEngine({ store: 'classic', dataRoot });
  for (const name of imageNames) {
    await loadTestImage(engine, await image(name, size, LAYERS));
  }
  await engine.stop();
}

/** An image of one layer of 10 MB. */
export function oneMoreImage(name: string) {
  return image(name, { name, fileBytes: 10_000 }, 1);
}

function image(name: string, { fileBytes }: Size, layers: number) {
  const layerBytes = fileBytes * FILES_PER_LAYER;
  return randomImage({ name, layers, layerBytes, layerFiles: FILES_PER_LAYER });
}

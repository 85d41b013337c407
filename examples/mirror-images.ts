/*
 * Mirrors images into a registry under their own paths: `tsx mirror-images.ts registry.example app:1.0 ...`.
 * Only what the registry lacks moves.
 */
import { parseReference } from '@warmdock/core/oci';
import { copy, openRepository } from '@warmdock/core/registry';

const [, , registry = '', ...images] = process.argv;

for (const image of images) {
  const { path, tag = 'latest' } = parseReference(image);
  const mirrored = `${registry}/${path}:${tag}`;
  await using source = await openRepository(image);
  await using destination = await openRepository(mirrored);
  const { blobs, movedBytes } = await copy(source, image, destination, mirrored);
  console.log(`${mirrored}: ${blobs.copied} blobs, ${movedBytes} bytes moved`);
}

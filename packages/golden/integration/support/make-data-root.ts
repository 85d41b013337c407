import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ImageStore,
  importBaseImage,
  loadTestImage,
  makeContext,
  randomImage,
  startEngine,
} from '@warmdock/testkit';
import { docker } from './session-engine.js';

/** Makes a tree whose daemon loaded and built images, with a cache mount, and was stopped. */
export async function makeDataRoot(tree: string, store: ImageStore): Promise<void> {
  const dataRoot = join(tree, 'docker');
  await mkdir(dataRoot, { recursive: true });
  await using engine = await startEngine({ store, dataRoot });
  await importBaseImage(engine);
  await loadTestImage(engine, await randomImage({ name: 'random:1' }));
  const context = makeContext(`${tree}-context`, {
    base: 'busybox:test',
    layers: 1,
    layerBytes: 1000,
    lines: ['RUN --mount=type=cache,target=/cache touch /cache/mutable /used'],
  });
  await docker(engine, 'build', '--network', 'none', '--tag', 'built:1', context);
  await engine.stop();
}

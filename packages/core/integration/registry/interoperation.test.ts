import { randomUUID } from 'node:crypto';
import {
  outputOf,
  pushTestImage,
  randomImage,
  removeImages,
  runDocker,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copy } from '../../src/content/copy/copy.js';
import { openLayout } from '../../src/content/layout.js';
import { createMemoryStore } from '../../src/content/memory-store.js';
import { temporaryFolder } from '../support/context.js';
import { gatedRegistry, login, type Scheme } from '../support/registry-gate.js';
import { crane } from '../support/registry-programs.js';
import { opened } from '../support/repositories.js';

const { registry } = useTestbed();

/** An image that the registry has, by its whole name. */
async function pushed(options: { layers?: number; layerBytes?: number } = {}) {
  const name = `it-${randomUUID()}:v1`;
  const image = await randomImage({ name, ...options });
  return { image, reference: await pushTestImage(registry, image) };
}

describe('a real registry', () => {
  it('gives what others have pushed: an image as crane sees it, and its tags', async () => {
    const { image, reference } = await pushed();
    const repository = await opened(reference);
    const store = createMemoryStore();
    const { image: copied, blobs } = await copy(repository, reference, store, reference);
    expect(copied.digest).toBe(image.manifestDigest);
    expect(copied.digest).toBe(await crane('digest', reference));
    expect(blobs.copied).toBe(4);
    const tags = [];
    for await (const tag of repository.tags()) tags.push(tag);
    expect(tags).toEqual(['v1']);
  });

  it('takes what we push: crane finds it whole, and docker pulls it', async () => {
    const { image, reference } = await pushed({ layerBytes: 3_000_000 });
    const layout = openLayout(temporaryFolder());
    await copy(await opened(reference), reference, layout, reference);
    const name = `${registry.address}/it-${randomUUID()}:v2`;
    const { blobs } = await copy(layout, reference, await opened(name), name);
    expect(blobs).toEqual({ present: 0, mounted: 0, copied: 4 });
    expect(await crane('digest', name)).toBe(image.manifestDigest);
    const { host } = useTestbed().containerd;
    onTestFinished(() => removeImages(host, name));
    await outputOf(runDocker(['pull', name], { host }));
  });

  it('mounts between its repositories, so that nothing moves', async () => {
    const { image, reference } = await pushed({ layerBytes: 1_000_000 });
    const name = `${registry.address}/it-${randomUUID()}/mounted:v1`;
    const [from, to] = [await opened(reference), await opened(name)];
    const result = await copy(from, reference, to, name);
    expect(result).toMatchObject({ movedBytes: 0, blobs: { mounted: 4, copied: 0 } });
    expect(await crane('digest', name)).toBe(image.manifestDigest);
    expect((await copy(from, reference, to, name)).blobs).toEqual({
      present: 0,
      mounted: 0,
      copied: 0,
    });
  });

  it('deletes by digest', async () => {
    const { image, reference } = await pushed();
    const repository = await opened(reference);
    await repository.delete(image.manifestDigest as never);
    const gone = copy(repository, reference, createMemoryStore(), 'a:b');
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each<Scheme>(['basic', 'bearer'])('lets in who has a login, %s', async (scheme) => {
    const host = await gatedRegistry(scheme);
    const { image } = await pushed();
    const name = `${host}/${image.name}`;
    const store = createMemoryStore();
    await copy(await opened(name, { login }), name, store, name);
    const again = `${host}/it-${randomUUID()}:v3`;
    await copy(store, name, await opened(again, { login }), again);
    const refused = copy(await opened(name, { login: null }), name, store, name);
    await expect(refused).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(host),
    });
  });
});

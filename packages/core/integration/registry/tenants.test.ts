import { randomUUID } from 'node:crypto';
import {
  type ImageStore,
  pushTestImage,
  randomImage,
  removeImage,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copy } from '../../src/content/copy/copy.js';
import { parseReference } from '../../src/oci/reference.js';
import { pullImage } from '../../src/pipeline/pull/pull-image.js';
import { engineAt } from '../support/build-harness.js';
import { inspect } from '../support/daemon-images.js';
import { bareContext, opened } from '../support/repositories.js';

const testbed = useTestbed();

/** An image of this tenant alone, pushed under a name that others use, too, and loaded by its digest. */
async function pushAndLoad(shared: string, host: string) {
  const image = await randomImage({ name: `it-${randomUUID()}:v1`, layers: 1 });
  const from = await pushTestImage(testbed.registry, image);
  const pushed = await copy(await opened(from), from, await opened(shared), shared);
  expect(pushed.image.digest).toBe(image.manifestDigest);
  const repository = shared.slice(0, shared.lastIndexOf(':'));
  const reference = `${repository}@${pushed.image.digest}`;
  const tag = `it-${randomUUID()}:mine`;
  onTestFinished(() => removeImage(host, tag));
  const loaded = await pullImage(reference, engineAt(host), { tags: [tag] }, bareContext);
  expect((await inspect(host, tag))?.RootFS.Layers).toEqual(image.diffIds);
  const imageId = host === testbed.classic.host ? image.configDigest : image.manifestDigest;
  expect(loaded.imageId).toBe(imageId);
  return pushed.image.digest;
}

describe.each<ImageStore>(['classic', 'containerd'])('into the %s store', (store) => {
  it('two tenants of one tag get each their own image by its digest, 20 times', async () => {
    const { host } = testbed[store];
    const shared = `${testbed.registry.address}/it-${randomUUID()}:latest`;
    const repository = await opened(shared);
    for (let round = 0; round < 20; round++) {
      const both = await Promise.all([pushAndLoad(shared, host), pushAndLoad(shared, host)]);
      const last = await repository.resolve(parseReference(shared));
      expect(both).toContain(last?.digest);
    }
  });
});

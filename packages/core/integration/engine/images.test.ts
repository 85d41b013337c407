import { randomUUID } from 'node:crypto';
import { randomImage, runDocker, type TestImage, useTestbed } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../../src/engine/engine.js';
import { NEWEST_API_VERSION } from '../../src/engine/version.js';
import { MediaType } from '../../src/oci/media-types.js';
import { defaultPlatform } from '../../src/oci/platform.js';
import { parseReference } from '../../src/oci/reference.js';

describe.each(['classic', 'containerd'] as const)('an engine with the %s store', (store) => {
  const { host } = useTestbed()[store];
  const engine = connectEngine(host);

  /** An image of this test alone, in the daemon until the test ends. */
  async function loadedImage(layers = 3) {
    const image = await randomImage({ name: `engine-${randomUUID()}:v1`, layers });
    const { loaded } = await engine.loadImages(archiveOf(image));
    onTestFinished(async () => {
      await engine.removeImage(idOf(image), { force: true });
    });
    return { image, loaded, id: idOf(image), reference: parseReference(image.name) };
  }
  const idOf = (image: TestImage) =>
    store === 'classic' ? image.configDigest : image.manifestDigest;

  it('says what it is', async () => {
    expect(await engine.ping()).toEqual({
      apiVersion: NEWEST_API_VERSION,
      newestApiVersion: expect.stringMatching(/^1\.\d+$/),
      osType: 'linux',
      buildkit: true,
    });
    expect(await engine.info()).toMatchObject({
      store,
      platform: defaultPlatform(),
      serverVersion: expect.stringMatching(/^\d+\./),
    });
  });

  it('loads an image and tells its name, id and layers', async () => {
    const { image, loaded, id } = await loadedImage();
    expect(loaded).toEqual([image.name]);
    expect(await engine.inspectImage(image.name)).toMatchObject({
      id,
      tags: [image.name],
      diffIds: image.diffIds,
      platform: defaultPlatform(),
      sizeBytes: expect.any(Number),
      ...(store === 'containerd' && {
        descriptor: { mediaType: MediaType.ociManifest, digest: image.manifestDigest },
      }),
    });
    expect(await engine.inspectImage(id)).toMatchObject({ id });
  });

  it('resolves a reference to the id that it names now', async () => {
    const first = await loadedImage();
    const second = await loadedImage();
    const moving = parseReference(`engine-moving-${randomUUID()}`);
    expect(await engine.resolveImage(moving)).toBeUndefined();
    for (const { id } of [first, second, second, first]) {
      expect(await engine.tagImage(id, moving)).toBe(true);
      expect(await engine.resolveImage(moving)).toBe(id);
    }
  });

  it('tags under names with a registry, and docker sees them', async () => {
    const { id, image } = await loadedImage();
    const name = `127.0.0.1:5000/team/${image.name}`;
    expect(await engine.tagImage(id, parseReference(name))).toBe(true);
    const listed = await runDocker(['image', 'inspect', '--format', '{{.Id}}', name], { host });
    expect(listed.stdout.trim()).toBe(id);
    expect((await engine.inspectImage(name))?.tags.toSorted()).toEqual(
      [image.name, name].toSorted(),
    );
  });

  it('lists images, with their tags', async () => {
    const { id, image } = await loadedImage();
    const listed = await engine.listImages();
    expect(listed.filter((entry) => entry.id === id)).toMatchObject([{ tags: [image.name] }]);
  });

  it('removes a name first, and the image with its last name', async () => {
    const { id, image } = await loadedImage();
    const other = parseReference(`engine-other-${randomUUID()}:v1`);
    await engine.tagImage(id, other);
    expect(await engine.removeImage(image.name)).toBe(true);
    expect(await engine.inspectImage(image.name)).toBeUndefined();
    expect(await engine.resolveImage(other)).toBe(id);
    expect(await engine.removeImage(`${other.path.replace('library/', '')}:v1`)).toBe(true);
    expect(await engine.inspectImage(id)).toBeUndefined();
  });

  it('answers for images that it does not have', async () => {
    const absent = parseReference(`engine-absent-${randomUUID()}`);
    const id = `sha256:${'0'.repeat(64)}`;
    expect(await engine.inspectImage(id)).toBeUndefined();
    expect(await engine.resolveImage(absent)).toBeUndefined();
    expect(await engine.tagImage(id, absent)).toBe(false);
    expect(await engine.removeImage(id)).toBe(false);
  });

  it('refuses a name that could be taken for a digest', async () => {
    const { id } = await loadedImage();
    await expect(engine.tagImage(id, parseReference('sha256:v1'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

async function* archiveOf({ archive }: TestImage) {
  yield archive;
}

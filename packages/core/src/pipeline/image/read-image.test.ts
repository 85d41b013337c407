import { describe, expect, it } from 'vitest';
import { memorySource } from '../../content/testing/memory-source.js';
import { digestOf } from '../../oci/digest.js';
import { defaultPlatform, parsePlatform } from '../../oci/platform.js';
import { layersOf } from './image.js';
import { builtImage, putAttestation, putImage, putIndex } from './image.testing.js';
import { readImage, readImageFor } from './read-image.js';

/** An index over two platforms with an attestation for each, as BuildKit makes it. */
function twoPlatforms() {
  const source = memorySource();
  const [amd64, arm64] = ['linux/amd64', 'linux/arm64'].map((text) => {
    const platform = parsePlatform(text);
    const image = putImage(source, ['common', text], { platform });
    return { ...image, root: { ...image.root, platform } };
  });
  if (!amd64 || !arm64) throw new Error('two platforms were put');
  const attestations = [amd64, arm64].map(({ root }) => putAttestation(source, root));
  const root = putIndex(source, [amd64.root, arm64.root, ...attestations]);
  return { source, root, amd64, arm64 };
}

describe('readImage', () => {
  it('pairs the layers of a manifest with their diffIDs', async () => {
    const { source, image } = builtImage('low', 'top');
    const { root, manifests } = await readImage(source, image.root);
    expect(root.descriptor).toEqual(image.root);
    expect(manifests).toHaveLength(1);
    expect(manifests[0]?.config.descriptor).toEqual(image.config);
    expect(manifests[0]?.stack?.map(({ descriptor, diffId }) => [descriptor, diffId])).toEqual(
      image.layers.map((layer, at) => [layer, image.diffIds[at]]),
    );
  });

  it('reads all that an index holds; attestations have no root filesystem', async () => {
    const { source, root } = twoPlatforms();
    const { manifests } = await readImage(source, root);
    expect(manifests.map(({ stack }) => stack?.length)).toEqual([2, 2, undefined, undefined]);
  });

  it('counts a layer of several manifests once', async () => {
    const { source, root } = twoPlatforms();
    expect(layersOf(await readImage(source, root))).toHaveLength(5);
  });

  it.each(['root', 'config'] as const)('throws DIGEST_MISMATCH for another %s', async (which) => {
    const { source, image } = builtImage('a');
    source.corrupt(image[which], Buffer.alloc(image[which].size, ' '));
    await expect(readImage(source, image.root)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('throws NOT_FOUND when the source lacks a document', async () => {
    const { image } = builtImage('a');
    await expect(readImage(memorySource(), image.root)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('throws PROTOCOL when manifest and config do not count the same layers', async () => {
    const source = memorySource();
    const { root, config, layers } = putImage(source, ['a', 'b']);
    const manifest = { schemaVersion: 2, mediaType: root.mediaType, config, layers: [layers[0]] };
    const wrong = source.add(Buffer.from(JSON.stringify(manifest)), root.mediaType);
    await expect(readImage(source, wrong)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('readImageFor', () => {
  it('reads a single image whatever its platform', async () => {
    const { source, image } = builtImage('a');
    const read = await readImageFor(parsePlatform('linux/s390x'), source, image.root);
    expect(read).toEqual(await readImage(source, image.root));
  });

  it.each(['amd64', 'arm64'] as const)('reads of an index the part for linux/%s', async (arch) => {
    const { source, root, ...images } = twoPlatforms();
    const part = await readImageFor(parsePlatform(`linux/${arch}`), source, root);
    expect(part.root.descriptor.digest).toBe(images[arch].root.digest);
    expect(part.manifests).toHaveLength(1);
  });

  it('throws UNSUPPORTED when there is none, and says what to build', async () => {
    const { source, root } = twoPlatforms();
    await expect(readImageFor(parsePlatform('linux/s390x'), source, root)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('linux/s390x'),
      hint: expect.stringContaining('for platform linux/s390x'),
    });
  });

  it('reads an image with provenance without the provenance', async () => {
    const source = memorySource();
    const platform = defaultPlatform();
    const image = putImage(source, ['a']);
    const described = { ...image.root, platform };
    const attestation = { ...putAttestation(source, image.root), digest: digestOf('gone') };
    const root = putIndex(source, [described, attestation]);
    const part = await readImageFor(platform, source, root);
    expect(part.manifests[0]?.config.descriptor).toEqual(image.config);
    await expect(readImage(source, root)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

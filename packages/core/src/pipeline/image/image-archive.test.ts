import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ContentSource } from '../../content/content.js';
import { memorySource } from '../../content/testing/memory-source.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { hexOf } from '../../oci/digest.js';
import { MediaType } from '../../oci/media-types.js';
import { filesOf } from '../load/daemon.testing.js';
import type { Image } from './image.js';
import { builtImage, putAttestation, putImage, putIndex } from './image.testing.js';
import { documentBytes, imageArchive } from './image-archive.js';
import { openLayer } from './layer-encoding.js';
import { readImage } from './read-image.js';

const pathOf = ({ digest }: { digest: Parameters<typeof hexOf>[0] }) =>
  `blobs/sha256/${hexOf(digest)}`;
const jsonOf = (bytes: Buffer | undefined) => JSON.parse(String(bytes));

/** One image, with some of its layers as they are stored. */
function archiveOf(image: Image, layers: readonly Descriptor[], source: ContentSource) {
  const stored = layers.map((descriptor) => ({
    descriptor,
    open: () => openLayer(source, descriptor, 'stored', {}),
  }));
  return imageArchive([image], stored);
}

describe('imageArchive', () => {
  it('holds the documents, both tables of contents, and of the layers only those given', async () => {
    const { source, image } = builtImage('low', 'middle', 'top');
    const whole = await readImage(source, image.root);
    const [, middle] = image.layers;
    const files = await filesOf(archiveOf(whole, image.layers.slice(1, 2), source));
    expect([...files.keys()].sort()).toEqual(
      [
        ...['oci-layout', 'index.json', 'manifest.json'],
        ...[image.root, image.config, ...image.layers.slice(1, 2)].map(pathOf),
      ].sort(),
    );
    expect(files.get(pathOf(middle as never))?.equals(gzipSync('middle'))).toBe(true);
  });

  it('lists all layers for the classic store, and names no tag', async () => {
    const { source, image } = builtImage('low', 'top');
    const files = await filesOf(archiveOf(await readImage(source, image.root), [], source));
    expect(jsonOf(files.get('manifest.json'))).toEqual([
      { Config: pathOf(image.config), RepoTags: null, Layers: image.layers.map(pathOf) },
    ]);
  });

  it('lists the root for the containerd store, and names nothing', async () => {
    const { source, image } = builtImage('low', 'top');
    const files = await filesOf(archiveOf(await readImage(source, image.root), [], source));
    const { mediaType, digest, size } = image.root;
    expect(jsonOf(files.get('oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(jsonOf(files.get('index.json'))).toEqual({
      schemaVersion: 2,
      manifests: [{ mediaType, digest, size }],
    });
  });

  it('holds all of an index, of which the classic store sees the images', async () => {
    const source = memorySource();
    const image = putImage(source, ['a']);
    const attestation = putAttestation(source, image.root);
    const root = putIndex(source, [image.root, attestation]);
    const whole = await readImage(source, root);
    const files = await filesOf(archiveOf(whole, [], source));
    expect(jsonOf(files.get('index.json')).manifests).toMatchObject([{ digest: root.digest }]);
    for (const document of [root, image.root, image.config, attestation]) {
      expect(files.has(pathOf(document))).toBe(true);
    }
    expect(jsonOf(files.get('manifest.json'))).toMatchObject([{ Config: pathOf(image.config) }]);
  });

  it('holds several images, and what they share once', async () => {
    const source = memorySource();
    const [one, other] = [putImage(source, ['a', 'b']), putImage(source, ['a', 'c'])];
    const images = [await readImage(source, one.root), await readImage(source, other.root)];
    const files = await filesOf(imageArchive(images, []));
    const manifests = [one.root, other.root].map(({ digest }) => ({ digest }));
    expect(jsonOf(files.get('index.json')).manifests).toMatchObject(manifests);
    expect(jsonOf(files.get('manifest.json'))).toEqual(
      [one, other].map(({ config, layers }) => ({
        Config: pathOf(config),
        RepoTags: null,
        Layers: layers.map(pathOf),
      })),
    );
  });

  it('has documents of a known size', async () => {
    const { source, image } = builtImage('low', 'top');
    const whole = await readImage(source, image.root);
    expect(documentBytes(whole)).toBe(image.root.size + image.config.size);
  });
});

describe('an archive that cannot be finished', () => {
  const broken = new Error('the source broke');

  /** Gives half of each layer's bytes before it breaks, and tells when it is left. */
  function halfSource(source: ContentSource, left = () => {}): ContentSource {
    return {
      ...source,
      async *fetch(descriptor, options) {
        try {
          for await (const chunk of source.fetch(descriptor, options)) yield chunk.subarray(0, 500);
          throw broken;
        } finally {
          left();
        }
      },
    };
  }

  async function bigImage() {
    const { source, image } = builtImage();
    const layer = source.add(Buffer.alloc(3_000_000, 'x'), MediaType.ociLayer);
    return { source, layer, whole: await readImage(source, image.root) };
  }

  it('throws the error of its source, to whom reads it', async () => {
    const { source, layer, whole } = await bigImage();
    await expect(filesOf(archiveOf(whole, [layer], halfSource(source)))).rejects.toBe(broken);
  });

  it('throws the error of a source that breaks before the archive is read', async () => {
    const { layer, whole } = await bigImage();
    const archive = archiveOf(whole, [layer], memorySource());
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(filesOf(archive)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves its source when its reader leaves', async () => {
    const { source, layer, whole } = await bigImage();
    let left = () => {};
    const leaving = new Promise<void>((resolve) => {
      left = resolve;
    });
    const slow = halfSource({ ...source, fetch: byteByByte }, left);
    for await (const chunk of archiveOf(whole, [layer], slow)) {
      if (chunk.length === 1) break;
    }
    await leaving;
  });

  it('is DIGEST_MISMATCH for a layer of other bytes', async () => {
    const { source, layer, whole } = await bigImage();
    source.corrupt(layer, Buffer.alloc(3_000_000, 'y'));
    await expect(filesOf(archiveOf(whole, [layer], source))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  });
});

async function* byteByByte(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield Buffer.from('x');
  }
}

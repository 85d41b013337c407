import { randomBytes, randomUUID } from 'node:crypto';
import {
  makeTar,
  randomImage,
  startEngine,
  startFaultProxy,
  type TestImage,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../../src/engine/engine.js';
import { parseReference } from '../../src/oci/reference.js';

describe.each(['classic', 'containerd'] as const)('loading into the %s store', (store) => {
  const { host, socket } = useTestbed()[store];
  const engine = connectEngine(host);
  const idOf = (image: TestImage) =>
    store === 'classic' ? image.configDigest : image.manifestDigest;

  async function newImage(layers: number, layerBytes?: number, seed: string = randomUUID()) {
    const image = await randomImage({
      name: `load-${randomUUID()}:v1`,
      layers,
      seed,
      ...(layerBytes && { layerBytes }),
    });
    onTestFinished(async () => {
      await engine.removeImage(idOf(image), { force: true });
    });
    return image;
  }

  it('needs only the layers that are not there', async () => {
    const seed = randomUUID();
    const [base, grown] = [await newImage(3, 1024, seed), await newImage(4, 1024, seed)];
    await engine.loadImages(chunked(base.archive));
    const { loaded } = await engine.loadImages(chunked(await without(grown, base.diffIds)));
    expect(loaded).toEqual([grown.name]);
    expect(await engine.inspectImage(grown.name)).toMatchObject({
      id: idOf(grown),
      diffIds: grown.diffIds,
    });
  });

  it('throws LOAD_FAILED when a layer is missing both here and there', async () => {
    const image = await newImage(3);
    const incomplete = await without(image, image.diffIds.slice(1, 2));
    await expect(engine.loadImages(chunked(incomplete))).rejects.toMatchObject({
      code: 'LOAD_FAILED',
    });
  });

  it.each([
    ['no tar', () => randomBytes(100_000)],
    ['an empty archive', () => Buffer.alloc(1024)],
  ])('throws LOAD_FAILED for %s', async (_, archive) => {
    await expect(engine.loadImages(chunked(archive()))).rejects.toMatchObject({
      code: 'LOAD_FAILED',
    });
  });

  it('throws the error of the archive, and the daemon has nothing of it', async () => {
    const image = await newImage(2, 500_000);
    const broken = new Error('the builder went away');
    async function* breaking() {
      yield image.archive.subarray(0, 600_000);
      throw broken;
    }
    await expect(engine.loadImages(breaking())).rejects.toBe(broken);
    expect(await engine.resolveImage(parseReference(image.name))).toBeUndefined();
  });

  it('throws UNAVAILABLE when the connection breaks in the middle, and works again afterwards', async () => {
    await using proxy = await startFaultProxy({
      target: { path: socket },
      upstream: { cutAfterBytes: 700_000 },
    });
    const far = connectEngine(proxy.address);
    const image = await newImage(2, 1_000_000);
    await expect(far.loadImages(chunked(image.archive))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    proxy.upstream = {};
    expect(await far.loadImages(chunked(image.archive))).toEqual({ loaded: [image.name] });
    far.close();
  });

  it('throws CANCELLED at once when cancelled, and leaves the old image under its name', async () => {
    const old = await newImage(1);
    await engine.loadImages(chunked(old.archive));
    const next = {
      ...(await randomImage({
        name: old.name,
        layers: 2,
        layerBytes: 1_000_000,
        seed: randomUUID(),
      })),
    };
    const abort = new AbortController();
    async function* stopping() {
      yield next.archive.subarray(0, 1_500_000);
      abort.abort();
      yield next.archive.subarray(1_500_000);
    }
    await expect(engine.loadImages(stopping(), { signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await engine.resolveImage(parseReference(old.name))).toBe(idOf(old));
  });

  it('throws UNAVAILABLE when the daemon dies in the middle', async () => {
    await using daemon = await startEngine({ store });
    const doomed = connectEngine(daemon.host);
    const image = await newImage(1, 1_000_000);
    async function* deadly() {
      yield image.archive.subarray(0, 500_000);
      await daemon.kill();
      for (let n = 0; n < 100; n++) yield image.archive.subarray(500_000);
    }
    await expect(doomed.loadImages(deadly())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(doomed.info()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

async function* chunked(archive: Buffer) {
  for (let start = 0; start < archive.length; start += 65_536)
    yield archive.subarray(start, start + 65_536);
}

/** The image's archive without the blobs of these layers. */
function without(image: TestImage, digests: readonly string[]): Promise<Buffer> {
  const absent = digests.map((digest) => digest.slice('sha256:'.length));
  return makeTar(image.layout.filter(({ name }) => !absent.some((hex) => name.endsWith(hex))));
}

import { randomBytes } from 'node:crypto';
import type { RegistryFaults } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../content/read-blob.js';
import { describeBytes } from '../content/testing/memory-source.js';
import { putImage } from '../content/testing/small-image.js';
import { parseReference } from '../oci/reference.js';
import { fakeRegistry, listOf, opened } from './repository.testing.js';

/** What every operation comes to where nothing is wrong. */
async function everyOperation(faults: RegistryFaults) {
  const registry = await fakeRegistry();
  const writer = await opened(registry);
  const { manifest, config, layers } = await putImage(writer);
  const reference = parseReference(`${registry.host}/team/app:a`);
  await writer.tag(manifest, reference);
  const repository = await opened(registry);
  registry.faults = faults;
  const read = async () => {
    const found = await repository.resolve(reference);
    expect(found?.digest).toBe(manifest.digest);
    await readBlob(repository, manifest);
    for (const blob of [config, ...layers])
      expect((await readBlob(repository, blob)).length).toBe(blob.size);
  };
  const write = async () => {
    const other = await opened(registry, 'other');
    const image = await putImage(other);
    await other.tag(image.manifest, parseReference(`${registry.host}/other:b`));
    registry.faults = {};
    for (const blob of [image.config, ...image.layers])
      expect((await readBlob(other, blob)).length).toBe(blob.size);
  };
  return { registry, repository, manifest, layers, read, write };
}

describe('what registries answer, and break clients with', () => {
  it.each<[fault: string, faults: RegistryFaults]>([
    ['blobs that come from object storage', { redirectsBlobs: 'strict' }],
    ['object storage that wants a token of its own', { redirectsBlobs: 'challenging' }],
    ['a HEAD without a digest', { noDigest: true }],
    ['manifests that are packed', { gzips: true }],
    ['ranges that are ignored', { ignoresRange: true, cutsBlobsAfter: 0.5, cutsLeft: 3 }],
    ['connections that break after each tenth', { cutsBlobsAfter: 0.1 }],
    ['HTTP/1.0', { http10: true }],
    ['a burst of 500', { next: { count: 3, status: 500 } }],
    ['429 with a time', { next: { count: 1, status: 429, headers: { 'retry-after': '1' } } }],
    [
      '503 with a date',
      {
        next: {
          count: 1,
          status: 503,
          headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' },
        },
      },
    ],
  ])('reading gets over %s', async (_, faults) => {
    const { read } = await everyOperation({ ...faults });
    await read();
  });

  it.each<[fault: string, faults: RegistryFaults]>([
    ['a Location without its host', { locationForm: 'relative' }],
    ['a Location without its port', { locationForm: 'portless' }],
    ['a Location with a signed query', { locationForm: 'signed' }],
    ['an end that is refused though all is there', { refusesEnd: true }],
    ['a burst of 502', { next: { count: 3, status: 502 } }],
    ['HTTP/1.0', { http10: true }],
  ])('writing gets over %s', async (_, faults) => {
    const { write } = await everyOperation({ ...faults });
    await write();
  });

  it.each<[fault: string, faults: RegistryFaults]>([
    ['chunks of at most 100 kB', { maxRequestBytes: 4 * 1024 * 1024 }],
    [
      'a Range that stays at the first chunk',
      { maxRequestBytes: 4 * 1024 * 1024, stuckRange: true },
    ],
    ['chunks of at least 5 MB', { maxRequestBytes: 5_500_000, minChunkBytes: 5_000_000 }],
    ['connections that break after each MB', { cutsUploadsAfterBytes: 1_000_000 }],
  ])('a large upload that can be read again gets over %s', async (_, faults) => {
    const registry = await fakeRegistry();
    const [from, to] = [await opened(registry, 'from'), await opened(registry, 'to')];
    const { layers } = await putImage(from, { layerBytes: [9_000_000] });
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    registry.faults = faults;
    await to.pushFrom?.(layer, from);
    registry.faults = {};
    expect((await readBlob(to, layer)).length).toBe(layer.size);
  });

  it.each<[fault: string, faults: RegistryFaults, code: string]>([
    ['other bytes', { wrongBytes: true }, 'DIGEST_MISMATCH'],
    ['fewer bytes', { wrongLength: true }, 'DIGEST_MISMATCH'],
    ['a redirect in a circle', { redirectsForEver: true }, 'PROTOCOL'],
    ['a redirect to nowhere', { location: 'http://[' }, 'PROTOCOL'],
    [
      'a redirect to a link-local address',
      { location: 'http://169.254.169.254/x' },
      'PERMISSION_DENIED',
    ],
    ['silence in the middle', { stalls: true, ignoresRange: true }, 'UNAVAILABLE'],
    ['connections that always break', { cutsBlobsAfter: 0, ignoresRange: true }, 'UNAVAILABLE'],
    ['500 for ever', { next: { count: 1000, status: 500 } }, 'UNAVAILABLE'],
    [
      'a longer wait than anybody has',
      { next: { count: 1000, status: 429, headers: { 'retry-after': '9999' } } },
      'UNAVAILABLE',
    ],
  ])('a blob with %s is one clear error', async (_, faults, code) => {
    const { registry, repository, layers } = await everyOperation({ ...faults });
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    const start = performance.now();
    await expect(readBlob(repository, layer)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/registry|blob/),
    });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(registry.requests.length).toBeLessThan(200);
  });

  it('a manifest that is cut is one clear error', async () => {
    const { repository, manifest } = await everyOperation({ truncatedJson: true });
    await expect(readBlob(repository, manifest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('a digest in the header that is another one is one clear error', async () => {
    const { repository, manifest, registry } = await everyOperation({ wrongDigest: true });
    const found = await repository.resolve(parseReference(`${registry.host}/team/app:a`));
    expect(found?.digest).not.toBe(manifest.digest);
    if (!found) throw new Error('nothing');
    await expect(readBlob(repository, found)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      hint: expect.stringContaining(manifest.digest),
    });
  });

  it.each([401, 403, 405, 404])('a mount that is %i makes a plain upload', async (mountStatus) => {
    const registry = await fakeRegistry();
    registry.faults = { mountStatus };
    const [from, to] = [await opened(registry, 'from'), await opened(registry, 'to')];
    const { config } = await putImage(from);
    expect(await to.mountFrom?.(config, from)).toBe(false);
  });

  it.each<[faults: RegistryFaults, tags: string[]]>([
    [{ tagLists: 'null' }, []],
    [{ tagLists: 'digests' }, ['a']],
    [{ maxPage: 1000 }, ['a']],
  ])('tags are listed with %j', async (faults, tags) => {
    const { repository } = await everyOperation(faults);
    expect(await listOf(repository.tags())).toEqual(tags);
  });

  it('a refusal is told in the words of the registry, without a secret in them', async () => {
    const login = { username: 'me', password: 'my-very-secret' };
    const registry = await fakeRegistry({
      guard: ({ headers }) => (headers.authorization ? undefined : 'Basic realm="r"'),
    });
    const message = 'quota\nexceeded for my-very-secret';
    registry.faults = { denies: { status: 403, code: 'DENIED', message } };
    const repository = await opened(registry, 'team/app', { login });
    const bytes = randomBytes(10);
    const error = await repository
      .push(
        describeBytes(bytes),
        (async function* () {
          yield bytes;
        })(),
      )
      .catch((each: Error) => each);
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(
        /of 127\.0\.0\.1:\d+\/team\/app: registry .* answered 403: DENIED: quota exceeded for \*\*\*/,
      ),
    });
  });

  it('nobody who has gone away is waited for', async () => {
    const registry = await fakeRegistry();
    const repository = await opened(registry, 'a', { retries: 1 });
    await registry[Symbol.asyncDispose]();
    await expect(repository.exists(describeBytes(Buffer.from('a')))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(registry.host),
    });
  });

  it('a call that is cancelled ends at once', async () => {
    const { registry, repository, layers } = await everyOperation({ stalls: true });
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    const signal = AbortSignal.timeout(100);
    const start = performance.now();
    await expect(readBlob(repository, layer, { signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(performance.now() - start).toBeLessThan(450);
    registry.faults = {};
  });
});

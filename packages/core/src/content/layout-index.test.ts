import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../oci/digest.js';
import { findInLayout, parseLayoutEntry, putInLayout } from './layout-index.js';
import { openLayoutStore } from './layout-store.js';
import { contentSourceSuite } from './testing/content-source-suite.js';

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-layout-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const once = async function* (bytes: Uint8Array) {
  yield bytes;
};

contentSourceSuite('the blobs of an image layout', async () => {
  const store = openLayoutStore(temporary());
  return { source: store, put: (descriptor, bytes) => store.push(descriptor, once(bytes)) };
});

const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const entryOf = (text: string) => ({
  mediaType,
  digest: digestOf(Buffer.from(text)),
  size: text.length,
});

describe('a layout store', () => {
  it('tells sizes, and keeps nothing of a wrong blob', async () => {
    const directory = temporary();
    const store = openLayoutStore(directory);
    const blob = entryOf('blob');
    expect(await store.sizeOf(blob.digest)).toBeUndefined();
    await store.push(blob, once(Buffer.from('blob')));
    expect(await store.sizeOf(blob.digest)).toBe(4);
    const wrong = store.push(entryOf('other'), once(Buffer.from('otter')));
    await expect(wrong).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(join(directory, 'blobs/sha256'))).toHaveLength(1);
  });

  it('does not take a blob for present that a power cut has left empty', async () => {
    const directory = temporary();
    const store = openLayoutStore(directory);
    const blob = entryOf('blob');
    await store.push(blob, once(Buffer.from('blob')));
    expect(await store.exists(blob)).toBe(true);
    truncateSync(join(directory, 'blobs/sha256', blob.digest.slice('sha256:'.length)));
    expect(await store.exists(blob)).toBe(false);
    await store.push(blob, once(Buffer.from('blob')));
    expect(await store.exists(blob)).toBe(true);
  });
});

describe('the index of a layout', () => {
  it('finds images by name, by tag, and the only one under any tag', async () => {
    const directory = temporary();
    const [a, b] = [entryOf('a'), entryOf('b')];
    await putInLayout(directory, a, [{ name: 'docker.io/library/app:v1' }]);
    expect(await findInLayout(directory, 'anything')).toBe(a.digest);
    await putInLayout(directory, b, [{ tag: 'v2' }]);
    expect(await findInLayout(directory, 'docker.io/library/app:v1')).toBe(a.digest);
    expect(await findInLayout(directory, 'v1')).toBe(a.digest);
    expect(await findInLayout(directory, 'v2')).toBe(b.digest);
    await expect(findInLayout(directory, 'v3')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(readdirSync(directory).sort()).toEqual(['index.json', 'oci-layout']);
  });

  it('replaces what has the same name, and keeps the rest as it is', async () => {
    const directory = temporary();
    const foreign = { ...entryOf('x'), platform: { os: 'linux' } };
    const index = { schemaVersion: 2, manifests: [foreign], annotations: { a: 'b' } };
    writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
    for (const text of ['a', 'b']) await putInLayout(directory, entryOf(text), [{ tag: 'latest' }]);
    expect(JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'))).toEqual({
      ...index,
      manifests: [
        foreign,
        { ...entryOf('b'), annotations: { 'org.opencontainers.image.ref.name': 'latest' } },
      ],
    });
  });

  it('loses no entry of many who write at once, and leaves no lock', async () => {
    const directory = join(temporary(), 'new');
    const tags = Array.from({ length: 30 }, (_, i) => `v${i}`);
    await Promise.all(tags.map((tag) => putInLayout(directory, entryOf(tag), [{ tag }])));
    const found = await Promise.all(tags.map((tag) => findInLayout(directory, tag)));
    expect(found).toEqual(tags.map((tag) => entryOf(tag).digest));
    expect(readdirSync(directory).sort()).toEqual(['index.json', 'oci-layout']);
  });

  it('begins anew when a power cut has left it empty', async () => {
    const directory = temporary();
    writeFileSync(join(directory, 'index.json'), '');
    await putInLayout(directory, entryOf('a'), [{ tag: 'a' }]);
    expect(await findInLayout(directory, 'a')).toBe(entryOf('a').digest);
  });

  it.each(['not json', '{}', '{"manifests":[{}]}', '[]', 'null'])(
    'that is %s is refused',
    async (text) => {
      const directory = temporary();
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'index.json'), text);
      await expect(findInLayout(directory, 'a')).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await expect(putInLayout(directory, entryOf('a'), [{ tag: 'a' }])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    },
  );

  it('does not take an answer for an entry that is none', () => {
    expect(parseLayoutEntry(JSON.stringify(entryOf('a')))).toEqual(entryOf('a'));
    for (const text of ['', '{}', '{"digest":"sha256:1","mediaType":"","size":1}'])
      expect(() => parseLayoutEntry(text)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });
});

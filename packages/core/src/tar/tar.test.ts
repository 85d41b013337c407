import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { archiveEnd, blockBytes, fileHeader, parseHeader } from './header.js';
import { readTar, type TarEntry } from './read-tar.js';
import { tarFile } from './write-file.js';

const sizes = [0, 1, 511, 512, 513, 100_000];

/** Of an archive in chunks of that size, with all contents. */
async function entriesOf(archive: Buffer, chunkBytes = 7000) {
  const found: (Omit<TarEntry, 'content'> & { content: Buffer })[] = [];
  for await (const { content, ...header } of readTar(chunksOf(archive, chunkBytes)))
    found.push({ ...header, content: await buffer(content) });
  return found;
}

async function* chunksOf(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** An archive by another hand. */
function packed(
  files: readonly (Partial<Header> & { name: string; content: Buffer })[],
): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of files) archive.entry(header, content);
  archive.finalize();
  return buffer(archive);
}

describe('what is written', () => {
  it('is read by others as it was meant', async () => {
    const files = [
      ...sizes.map((size) => ({ name: `blobs/sha256/${size}`, bytes: randomBytes(size) })),
      { name: `blobs/sha512/${'a'.repeat(128)}`, bytes: randomBytes(10) },
      ...[10, 85, 86, 90, 93, 94, 95, 500].map((n) => ({
        name: 'ä'.repeat(n),
        bytes: randomBytes(n),
      })),
    ];
    async function* archive() {
      for (const { name, bytes } of files) yield* tarFile(name, bytes.length, [bytes]);
      yield archiveEnd;
    }
    const parser = extract();
    Readable.from(archive()).pipe(parser);
    let at = 0;
    for await (const entry of parser) {
      const { name, bytes } = files[at++] ?? { name: 'nothing', bytes: randomBytes(0) };
      expect(entry.header).toMatchObject({ name, size: bytes.length, type: 'file', mode: 0o644 });
      expect((await buffer(entry)).equals(bytes)).toBe(true);
    }
    expect(at).toBe(files.length);
  });

  it.each([8 ** 11 - 1, 8 ** 11, 2 ** 45])('tells a size of %i', (sizeBytes) => {
    const header = parseHeader(fileHeader('big', sizeBytes));
    expect(header).toEqual({ name: 'big', type: '0', sizeBytes, linkName: '' });
  });

  it('has its announced size, or the reader learns of it', async () => {
    const chunks = buffer(tarFile('x', 5, [Buffer.from('four')]));
    await expect(chunks).rejects.toThrow('x came as 4 bytes, 5 were announced');
  });
});

describe('what is read', () => {
  it.each([1, 100, blockBytes, 70_000])('may come in chunks of %i bytes', async (chunkBytes) => {
    const files = sizes
      .slice(0, chunkBytes === 1 ? 5 : 6)
      .map((size) => ({ name: `f${size}`, content: randomBytes(size) }));
    const found = await entriesOf(await packed(files), chunkBytes);
    expect(found.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual(
      files.map(({ name, content }) => [name, content.length]),
    );
    for (const [at, { content }] of found.entries())
      expect(files[at]?.content.equals(content)).toBe(true);
  });

  it('has names of any length, and records about its files', async () => {
    const name = `${'ä'.repeat(200)}/${'b'.repeat(300)}`;
    const pax = { comment: 'x'.repeat(500) };
    const files = [
      { name, content: Buffer.from('1'), pax },
      { name: 'n', content: Buffer.from('2') },
    ];
    const found = await entriesOf(await packed(files));
    expect(found.map((each) => [each.name, String(each.content)])).toEqual([
      [name, '1'],
      ['n', '2'],
    ]);
  });

  it('has other things than files', async () => {
    const archive = pack();
    archive.entry({ name: 'd', type: 'directory' });
    archive.entry({ name: 'l', type: 'symlink', linkname: 'd' });
    archive.finalize();
    const found = await entriesOf(await buffer(archive));
    expect(found.map(({ type, linkName }) => [type, linkName])).toEqual([
      ['5', ''],
      ['2', 'd'],
    ]);
  });

  it("has GNU's long names", async () => {
    const name = 'n'.repeat(200);
    const long = fileHeader('././@LongLink', name.length + 1);
    long.write('L', 156);
    long.write(`${sumOf(long).toString(8).padStart(6, '0')}\0 `, 148);
    const bytes = Buffer.from(`${name}\0`.padEnd(blockBytes, '\0'));
    const archive = Buffer.concat([long, bytes, fileHeader('short', 0), archiveEnd]);
    expect((await entriesOf(archive)).map((each) => each.name)).toEqual([name]);
  });

  it('may be skipped, and is read to its end all the same', async () => {
    const archive = await packed([
      { name: 'a', content: randomBytes(5000) },
      { name: 'b', content: randomBytes(10) },
    ]);
    let read = 0;
    async function* counted() {
      for await (const chunk of chunksOf(Buffer.concat([archive, Buffer.alloc(9000)]), 600)) {
        read += chunk.length;
        yield chunk;
      }
    }
    const names: string[] = [];
    for await (const { name } of readTar(counted())) names.push(name);
    expect({ names, read }).toEqual({ names: ['a', 'b'], read: archive.length + 9000 });
  });

  it.each<[what: string, spoil: (archive: Buffer) => Buffer]>([
    ['ends in a file', (archive) => archive.subarray(0, 1000)],
    ['ends in a header', (archive) => archive.subarray(0, 100)],
    ['has a wrong checksum', (archive) => archive.fill('y', 0, 1)],
    ['is no archive', () => randomBytes(2000)],
  ])('is PROTOCOL when it %s', async (_, spoil) => {
    const archive = await packed([{ name: 'x', content: randomBytes(3000) }]);
    await expect(entriesOf(spoil(archive))).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

/** With spaces in the place of the sum. */
function sumOf(header: Buffer): number {
  header.fill(' ', 148, 156);
  return header.reduce((sum, byte) => sum + byte, 0);
}

import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { archiveKind } from './archive-type.js';

async function tar(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'Dockerfile' }, 'FROM scratch');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('archiveKind', () => {
  it('knows a tar archive by its checksum, whatever else is in it', async () => {
    const archive = await tar();
    expect(archiveKind(archive)).toBe('tar');
    archive[0] = 0x45;
    expect(archiveKind(archive)).toBeUndefined();
    expect(archiveKind(archive.subarray(0, 511))).toBeUndefined();
  });

  it('knows compressed ones by their magic', async () => {
    expect(archiveKind(gzipSync(await tar()))).toBe('compressed');
    expect(archiveKind(Buffer.from('BZh91AY'))).toBe('compressed');
    expect(archiveKind(Buffer.from('fd377a585a00', 'hex'))).toBe('compressed');
    expect(archiveKind(Buffer.from('28b52ffd', 'hex'))).toBe('zstd');
  });

  it.each(['', 'FROM scratch\n', `${'#'.repeat(600)}\nFROM scratch`])(
    'takes %j for no archive',
    (text) => expect(archiveKind(Buffer.from(text))).toBeUndefined(),
  );
});

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLinkRecord, writeLinkRecord } from './link-record.js';

const schema = z.object({ format: z.literal(1), name: z.string() });
const record = { format: 1, name: 'a/b "c"\n../d' } as const;

let directory = '';
let path = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmdock-record-'));
  path = join(directory, 'record');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a record in a link', () => {
  it('is read as it was written', async () => {
    await writeLinkRecord(path, record);
    expect(await readLinkRecord(path, schema)).toEqual(record);
  });

  it('is not there, nor in what is no folder, before it is written', async () => {
    expect(await readLinkRecord(path, schema)).toBeUndefined();
    writeFileSync(path, '');
    expect(await readLinkRecord(join(path, 'inside'), schema)).toBeUndefined();
  });

  it('takes the place of nothing', async () => {
    await writeLinkRecord(path, record);
    const other = writeLinkRecord(path, { ...record, name: 'other' });
    await expect(other).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readLinkRecord(path, schema)).toEqual(record);
  });

  it.each<[string, () => void]>([
    ['a file', () => writeFileSync(path, JSON.stringify(record))],
    ['a link to somewhere', () => symlinkSync('/etc/passwd', path)],
    ['of another version', () => symlinkSync('{"format":2}', path)],
  ])('is refused when it is %s', async (_, make) => {
    make();
    await expect(readLinkRecord(path, schema)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(path),
    });
  });
});

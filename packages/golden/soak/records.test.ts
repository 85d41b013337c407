import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CuttableOptions, makeCuttableFileSystem, testbedDir } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readLinkRecord, writeLinkRecord } from '../src/store/records/link-record.js';
import { writeJson } from '../src/store/records/write-json.js';

const record = z.object({ text: z.string() });
const large = { text: 'x'.repeat(10_000) };
const small = { text: 'x'.repeat(500) };

describe.each<CuttableOptions>([
  { type: 'ext4', sizeMb: 64 },
  { type: 'xfs', sizeMb: 320 },
  { type: 'btrfs', sizeMb: 320 },
])('after a power cut on $type', (options) => {
  /** What is left of what was written, with metadata that was committed or not. */
  async function afterCut<T>(
    commits: boolean,
    write: (dir: string) => Promise<void>,
    read: (dir: string) => T,
  ): Promise<Awaited<T>> {
    await using disk = await makeCuttableFileSystem(options);
    await write(disk.dir);
    if (commits) disk.commitMetadata();
    const cut = disk.cut();
    const dir = mkdtempSync(join(testbedDir(), 'cut-'));
    await using _mounted = await cut.mount(dir);
    return await read(dir);
  }

  const jsonIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'record'), 'utf8'));

  test.each([true, false])('a record that was written is there (commits: %s)', async (commits) => {
    const write = (dir: string) => writeJson(join(dir, 'record'), large);
    expect(await afterCut(commits, write, jsonIn)).toEqual(large);
  });

  test.each([true, false])('so is one in place of another (commits: %s)', async (commits) => {
    const write = async (dir: string) => {
      await writeJson(join(dir, 'record'), small);
      await writeJson(join(dir, 'record'), large);
    };
    expect(await afterCut(commits, write, jsonIn)).toEqual(large);
  });

  test.each([true, false])('one in a link is whole or not there (commits: %s)', async (commits) => {
    const write = (dir: string) => writeLinkRecord(join(dir, 'record'), small);
    const read = (dir: string) => readLinkRecord(join(dir, 'record'), record);
    expect(await afterCut(commits, write, read)).toEqual(commits ? small : undefined);
  });

  test('what was not synced is lost, though its name is there', async () => {
    const write = async (dir: string) => writeFileSync(join(dir, 'record'), large.text);
    const read = (dir: string) => readFileSync(join(dir, 'record'), 'utf8');
    expect(await afterCut(true, write, read)).toBe('');
  });
});

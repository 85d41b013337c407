import { mkdirSync, writeFileSync } from 'node:fs';
import xattr from '@napi-rs/xattr';
import { describe, expect, it } from 'vitest';
import { toBytePath } from '../paths/byte-path.js';
import { makeTree } from '../sending/tree.testing.js';
import { resolveRoot, walkTree } from '../sending/walk.js';
import { findAttributesReader, type ReadAttributes } from './extended-attributes.js';

/** The capability cap_net_raw+ep, as a file has it. */
const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');

async function reader(): Promise<ReadAttributes> {
  const found = await findAttributesReader();
  if (!found) throw new Error('the package is a development dependency, and has a program for CI');
  return found;
}

describe('the reader of extended attributes', () => {
  it('is looked for once', () => {
    expect(findAttributesReader()).toBe(findAttributesReader());
  });

  it('reads those of the file itself', async () => {
    const root = makeTree({ 'dé/ping': 'program', plain: '', l: { symlink: 'dé/ping' } });
    xattr.setAttributeSync(`${root}/dé/ping`, 'security.capability', capability);
    const read = await reader();
    const expected = [{ name: 'security.capability', value: capability }];
    expect(read(toBytePath(`${root}/dé/ping`))).toEqual(expected);
    expect(read(`${root}/plain`)).toEqual([]);
    expect(read(`${root}/l`)).toEqual([]);
    const walked = [...walkTree(resolveRoot(root), undefined, read)];
    expect(walked.map((entry) => entry?.attributes)).toEqual([[], expected, [], []]);
  });

  it('finds none where a file has vanished, and none under a name that is not UTF-8', async () => {
    const root = makeTree({});
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), '');
    mkdirSync(`${root}/d`);
    const read = await reader();
    expect(['gone', 'd/gone', '\xff'].map((name) => read(`${root}/${name}`))).toEqual([[], [], []]);
  });
});

import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { Probe, Strategy } from '../strategy.js';
import { copyTree } from '../trees/copy-tree.js';
import { measureContent } from '../trees/measure-content.js';
import { probeGnuCp } from '../trees/probe-gnu-cp.js';
import { copy } from './copy.js';

/** Every clone is a copy whose files share their blocks with the golden's: O(files), XFS and btrfs. */
export const reflink: Strategy = {
  ...copy,
  name: 'reflink',
  async probe(directory, call) {
    const cp = await probeGnuCp(call);
    return cp.works ? sharesBlocks(directory) : cp;
  },
  seal: measureContent,
  clone: (snapshot, tree, call) => copyTree(snapshot.tree, tree, 'always', call),
  /** Only the file system knows which blocks are shared. */
  uniqueBytes: async () => undefined,
};

async function sharesBlocks(directory: string): Promise<Probe> {
  const folder = await mkdtemp(join(directory, '.probe-'));
  try {
    await writeFile(join(folder, 'a'), Buffer.alloc(65_536, 1));
    await copyFile(join(folder, 'a'), join(folder, 'b'), constants.COPYFILE_FICLONE_FORCE);
    return { works: true };
  } catch (error) {
    return { works: false, reason: `blocks cannot be shared (${messageOf(error)})` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

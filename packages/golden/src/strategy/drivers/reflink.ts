import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { Probe, Strategy } from '../strategy.js';
import { copyTree } from '../trees/copy-tree.js';
import { gnuCp } from '../trees/gnu-cp.js';
import { measureWhole } from '../trees/measure-whole.js';
import { copy } from './copy.js';

/** Every clone is a copy whose files share their blocks with the golden's: O(files), XFS and btrfs. */
export const reflink: Strategy = {
  ...copy,
  name: 'reflink',
  async probe(directory, options) {
    const cp = await gnuCp(options);
    return cp.works ? sharesBlocks(directory) : cp;
  },
  seal: measureWhole,
  clone: (snapshot, tree, options) => copyTree(snapshot.tree, tree, 'always', options),
  /** Which blocks are shared is known to the file system alone. */
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

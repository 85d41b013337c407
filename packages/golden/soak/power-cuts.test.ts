import { describe, test } from 'vitest';
import type { CutOptions } from '../integration/support/power-cuts/cut-at-steps.js';
import { cutOperations } from '../integration/support/power-cuts/cut-operations.js';
import { expectWholeAfterCuts } from '../integration/support/power-cuts/expect-whole-after-cuts.js';

const ext4 = { type: 'ext4', sizeMb: 64 } as const;
const xfs = { type: 'xfs', sizeMb: 320 } as const;
const btrfs = { type: 'btrfs', sizeMb: 320 } as const;

type Setting = Pick<CutOptions, 'disk' | 'strategy'>;

/** Whether the file system has committed its metadata decides which half of the work is lost. */
const commitments = [true, false];

describe.each(commitments)('power cuts, with metadata that was committed: %s', (commits) => {
  test.each(Object.entries(cutOperations))(
    'at every step of %s on ext4 leave a whole store',
    async (_, operation) => {
      await expectWholeAfterCuts({ disk: ext4, strategy: 'layer-link', commits }, operation);
    },
  );
});

const promotions = ['the first promotion', 'a promotion', 'a clone', 'a release', 'a recovery'];

describe.each<Setting>([
  { disk: ext4, strategy: 'copy' },
  { disk: xfs, strategy: 'layer-link' },
  { disk: xfs, strategy: 'reflink' },
  { disk: btrfs, strategy: 'btrfs' },
  { disk: btrfs, strategy: 'layer-link' },
])('power cuts on $disk.type with $strategy', (setting) => {
  describe.each(commitments)('with metadata that was committed: %s', (commits) => {
    test.each(promotions)('at every step of %s leave a whole store', async (name) => {
      const operation = cutOperations[name];
      if (operation === undefined) throw new Error(`no operation ${name}`);
      await expectWholeAfterCuts({ ...setting, commits }, operation);
    });
  });
});

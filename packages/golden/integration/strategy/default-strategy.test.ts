import { join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';

describe('a store without a given strategy', () => {
  test.each([
    ['ext4', 'layer-link', 'btrfs: '],
    ['xfs', 'layer-link', 'btrfs: '],
    ['btrfs', 'btrfs', 'first choice'],
    ['zfs', 'zfs', 'btrfs: '],
  ] as const)(
    'on %s chooses %s, and says why',
    async (type, strategy, reason) => {
      await using disk = await makeFileSystem({ type, sizeMb: 320 });
      const store = await openStore(join(disk.dir, 'store'));
      expect(store).toMatchObject({ strategy, reason: expect.stringContaining(reason) });
      // A machine has one ZFS: it waits for its turn.
    },
    300_000,
  );
});

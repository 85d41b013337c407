import { expect, test } from 'vitest';
import { cutOperations } from '../support/power-cuts/cut-operations.js';
import { expectWholeAfterCuts } from '../support/power-cuts/expect-whole-after-cuts.js';

/* All steps, strategies and file systems: `pnpm soak`. */

test.each([
  ['a promotion', ['promote:verify', 'promote:journal', 'promote:seal', 'promote:done']],
  ['a clone', ['clone:lease', 'clone:publish']],
] as const)('what a power cut leaves of %s is a whole store', async (name, at) => {
  const operation = cutOperations[name];
  if (operation === undefined) throw new Error(name);
  const disk = { type: 'ext4', sizeMb: 64 } as const;
  await expectWholeAfterCuts({ disk, strategy: 'layer-link', commits: true, at }, operation);
  expect.hasAssertions();
});

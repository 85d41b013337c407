import { expect } from 'vitest';
import type { CutOptions, Cuts } from './cut-at-steps.js';
import { cutAtSteps } from './cut-at-steps.js';
import type { CutOperation } from './cut-operations.js';

/**
 * The golden is the old or the new one, every generation has every byte that it had, and the store
 * can be used as ever; what was being made, and sessions, may be gone.
 */
export async function expectWholeAfterCuts(
  options: CutOptions,
  operation: CutOperation,
): Promise<void> {
  const cuts = await cutAtSteps(options, operation);
  expect(cuts.found.map(({ step }) => step)).toEqual(options.at ?? operation.steps);
  // Another program may sync all disks, once.
  const withoutLoss = cuts.found.filter(({ hasLost }) => !hasLost).map(({ step }) => step);
  expect(withoutLoss.length, `no loss after ${withoutLoss}`).toBeLessThanOrEqual(1);
  expectWhole(cuts, operation);
}

function expectWhole({ found, truth }: Cuts, { steps, before, change }: CutOperation): void {
  for (const { step, after } of found) {
    const isChanged = change && steps.indexOf(step) >= steps.indexOf(change.from);
    const current = isChanged ? change.to : before;
    expect.soft(after.current, `golden after ${step}`).toBe(current);
    expect.soft(after.problems, `problems after ${step}`).toEqual([]);
    for (const [generation, contents] of Object.entries(after.contents)) {
      const expected = truth[Number(generation)];
      expect.soft(contents, `generation ${generation} after ${step}`).toEqual(expected);
    }
    expect
      .soft(Object.keys(after.contents))
      .toEqual(expect.arrayContaining(current ? [`${current}`] : []));
    expect.soft(after.isEarlier, `sessions after ${step}`).toBe(true);
    expect.soft(after.generation, `promotion after ${step}`).toBe((current ?? 0) + 1);
    expect.soft(after.left, `what is left after ${step}`).toEqual([]);
  }
}

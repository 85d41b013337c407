import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { btrfs } from './drivers/btrfs.js';
import { copy } from './drivers/copy.js';
import { layerLink } from './drivers/layer-link.js';
import { reflink } from './drivers/reflink.js';
import { zfs } from './drivers/zfs.js';
import type { Strategy, StrategyName } from './strategy.js';

/** All strategies in the order in which they are tried: O(1) clones first, copies last. */
export function strategies(pool: string): readonly Strategy[] {
  return [btrfs, zfs, layerLink(pool), reflink, copy];
}

export interface ChosenStrategy {
  readonly strategy: Strategy;
  /** Which strategies were tried before it, and why they do not work here. */
  readonly reason: string;
}

/**
 * The first of `candidates` that works in `directory`, by a trial of the real operation; only
 * `required` when it is given. Throws `UNSUPPORTED` with all reasons when none works.
 */
export async function chooseStrategy(
  candidates: readonly Strategy[],
  directory: string,
  required: StrategyName | undefined,
  options?: CallOptions,
): Promise<ChosenStrategy> {
  const tried: string[] = [];
  for (const strategy of candidates) {
    if (required !== undefined && strategy.name !== required) continue;
    const probe = await strategy.probe(directory, options);
    if (probe.works) return { strategy, reason: reasonOf(required, tried) };
    tried.push(`${strategy.name}: ${probe.reason}`);
  }
  throw new WarmdockError(
    'UNSUPPORTED',
    `no way to keep goldens works in ${directory}: ${tried.join('; ')}`,
    { hint: 'Use a folder on ext4, XFS, btrfs or ZFS, as root, on a machine with GNU coreutils.' },
  );
}

function reasonOf(required: StrategyName | undefined, tried: readonly string[]): string {
  if (required !== undefined) return 'required by the caller, and works here';
  if (tried.length === 0) return 'the first choice works here';
  return `the first that works here; before it: ${tried.join('; ')}`;
}

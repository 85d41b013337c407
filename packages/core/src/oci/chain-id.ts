import { type Digest, digestOf } from './digest.js';

/**
 * The chainID of each layer stack from the bottom up; the last one names the whole stack.
 *
 * As the OCI image configuration defines it: the lowest layer's chainID is its diffID, each next
 * one is the digest of "chainID below, space, diffID".
 */
export function chainIdsOf(diffIds: readonly Digest[]): Digest[] {
  const chainIds: Digest[] = [];
  let below: Digest | undefined;
  for (const diffId of diffIds) {
    below = below ? digestOf(`${below} ${diffId}`) : diffId;
    chainIds.push(below);
  }
  return chainIds;
}

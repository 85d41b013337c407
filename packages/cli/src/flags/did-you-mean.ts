import { nearest } from '@warmdock/core/internal';

/** A further line of an error about an unknown word; empty when it is like none of those that are known. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `\nDid you mean ${meant}?`;
}

/** `1 session`, `3 sessions`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** What a data root is made from. */
export function generationText(generation: number | undefined): string {
  return generation === undefined ? 'nothing' : `generation ${generation}`;
}

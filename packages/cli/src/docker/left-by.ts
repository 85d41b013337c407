import { isWarmdockError } from '@warmdock/core';

/**
 * Why a call is docker's: what is wrong with a user's files or values, docker says in its own words.
 *
 * Throws what is no such error: bugs and interruptions.
 */
export function leftBy(error: unknown): { readonly left: string } {
  if (!isWarmdockError(error) || error.code === 'CANCELLED') throw error;
  return { left: error.hint ? `${error.message} (${error.hint})` : error.message };
}

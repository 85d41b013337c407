import { isWarmdockError } from '@warmdock/core';

/** A call that the real docker carries out, and why. */
export interface PassThrough {
  readonly passThroughReason: string;
}

/**
 * Why a call is docker's: what is wrong with a user's files or values, docker says in its own words.
 *
 * Throws what is no such error: bugs and interruptions.
 */
export function passThroughReason(error: unknown): PassThrough {
  if (!isWarmdockError(error) || error.code === 'CANCELLED') throw error;
  return { passThroughReason: error.hint ? `${error.message} (${error.hint})` : error.message };
}

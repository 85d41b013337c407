import { type Attestation, type BuildCallOptions, WarmdockError } from '@warmdock/core';
import { parseGoBool } from '../arguments/go-bool.js';

type Options = Pick<BuildCallOptions, 'platforms' | 'attests' | 'buildArgs'>;

/** Whether the result is an index: of several images, or of one with attestations. */
export function makesIndex({ platforms = [], attests = [], buildArgs = {} }: Options): boolean {
  const isForced = parseGoBool(buildArgs.BUILDKIT_MULTI_PLATFORM ?? '') ?? false;
  return isForced || platforms.length > 1 || attests.some(({ disabled }) => !disabled);
}

/**
 * The provenance that buildx adds to an index of which nobody said anything about provenance.
 * Throws `INVALID_ARGUMENT`.
 */
export function defaultAttests({ attests = [] }: Options, env: NodeJS.ProcessEnv): Attestation[] {
  if (attests.some(({ type }) => type === 'provenance')) return [];
  const { BUILDX_NO_DEFAULT_ATTESTATIONS: text = 'false' } = env;
  const isOff = parseGoBool(text);
  if (isOff === undefined) {
    throw new WarmdockError('INVALID_ARGUMENT', `invalid BUILDX_NO_DEFAULT_ATTESTATIONS: ${text}`, {
      hint: 'set it to true or false',
    });
  }
  return isOff ? [] : [{ type: 'provenance', attrs: { mode: 'min', 'inline-only': 'true' } }];
}

import { WarmdockError } from '@warmdock/core';
import type { Attestation } from '@warmdock/core/flags';
import { type ParsedOptions, parseGoBool } from '@warmdock/core/internal';

type Options = Pick<ParsedOptions, 'platforms' | 'attestations' | 'buildArgs'>;

/** Whether the result is an index: of several images, or of one with attestations. */
export function makesIndex({
  platforms = [],
  attestations = [],
  buildArgs = {},
}: Options): boolean {
  const isForced = parseGoBool(buildArgs.BUILDKIT_MULTI_PLATFORM ?? '') ?? false;
  return isForced || platforms.length > 1 || attestations.some(({ disabled }) => !disabled);
}

/**
 * The provenance that buildx adds to an index of which nobody said anything about provenance.
 * Throws `INVALID_ARGUMENT`.
 */
export function defaultAttestations(
  { attestations = [] }: Options,
  env: NodeJS.ProcessEnv,
): Attestation[] {
  if (attestations.some(({ type }) => type === 'provenance')) return [];
  const { BUILDX_NO_DEFAULT_ATTESTATIONS: text = 'false' } = env;
  const isOff = parseGoBool(text);
  if (isOff === undefined) {
    throw new WarmdockError('INVALID_ARGUMENT', `invalid BUILDX_NO_DEFAULT_ATTESTATIONS: ${text}`, {
      hint: 'set it to true or false',
    });
  }
  return isOff ? [] : [{ type: 'provenance', attrs: { mode: 'min', 'inline-only': 'true' } }];
}

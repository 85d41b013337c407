import { TargetError, type TargetSet } from '@warmdock/compose';
import { BuildError, isWarmdockError } from '@warmdock/core';
import { type Failure, formatFailure } from './failure.js';

export interface TargetsRun {
  /** Stands before the message. */
  readonly mark: string;
  readonly set: Pick<TargetSet, 'targets'>;
}

/** Explains the failure of one of several builds as buildx's bake and compose do: where it is one alone, without its name. */
export function formatTargetFailure(
  error: unknown,
  version: string,
  { mark, set }: TargetsRun,
): Failure {
  const { target, cause } = error instanceof TargetError ? error : { target: '', cause: error };
  const { text, exitCode } = formatFailure(cause, version);
  if (!isWarmdockError(cause) || cause.code === 'INTERNAL' || cause.code === 'CANCELLED')
    return { text, exitCode };
  const name = target === '' || set.targets.length === 1 ? '' : `target ${target}: `;
  const lead = cause instanceof BuildError ? 'ERROR: failed to build: ' : 'ERROR: ';
  return { text: text.replace(lead, () => `${mark}${name}`), exitCode: 1 };
}

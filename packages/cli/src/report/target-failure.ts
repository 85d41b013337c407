import { TargetError } from '@warmdock/compose';
import { BuildError, isWarmdockError } from '@warmdock/core';
import { type Failure, failureOf } from './failure.js';

/** Explains the failure of one of several builds as buildx's bake and compose do, behind their `mark`. */
export function failureOfTargets(error: unknown, version: string, mark: string): Failure {
  const { target, cause } = error instanceof TargetError ? error : { target: '', cause: error };
  const { text, exitCode } = failureOf(cause, version);
  if (!isWarmdockError(cause) || cause.code === 'INTERNAL' || cause.code === 'CANCELLED')
    return { text, exitCode };
  const name = target === '' ? '' : `target ${target}: `;
  const lead = cause instanceof BuildError ? 'ERROR: failed to build: ' : 'ERROR: ';
  return { text: text.replace(lead, () => `${mark}${name}`), exitCode: 1 };
}

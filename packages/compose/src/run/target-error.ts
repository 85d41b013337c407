import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';

/** The build or load of one target failed, and with it the pass; `cause` is what that build threw. */
export class TargetError extends WarmdockError {
  /** As in its `TargetPlan`. */
  readonly target: string;

  constructor(target: string, cause: unknown) {
    const known = isWarmdockError(cause) ? cause : undefined;
    super(known?.code ?? 'INTERNAL', `target ${target}: ${messageOf(cause)}`, {
      ...(known?.hint !== undefined && { hint: known.hint }),
      cause,
    });
    this.target = target;
  }
}

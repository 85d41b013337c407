import type { SolveStatus } from '@warmdock/core';

/** Shows a running build to somebody. */
export interface Display {
  /** True when a failing step's output is shown, at the latest by `end`. */
  readonly showsLogs: boolean;
  update(status: SolveStatus): void;
  /** Something did not go the usual way. */
  notice(message: string): void;
  /** The build was cancelled: of the steps that still run nothing more will be heard. */
  cancel(): void;
  /** Shows what is left, the output of failed steps included; the display is not used after that. */
  end(): void;
}

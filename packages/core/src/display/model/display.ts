import type { SolveStatus } from '../../buildkit/solve-status.js';

/** By its name, and by the driver with which buildx reaches such ones. */
export interface Builder {
  readonly name: string;
  readonly driver: string;
}

/** Shows a running build to somebody. */
export interface Display {
  /** True when a failing step's output is shown, at the latest by `end`. */
  readonly showsLogs: boolean;
  /** True when it has use for the totals of transfers, also where BuildKit tells none. */
  readonly drawsBars: boolean;
  /** Comes before the first steps. */
  buildsOn(builder: Builder): void;
  update(status: SolveStatus): void;
  /** Something did not go the usual way. */
  notice(message: string): void;
  /** The build was cancelled: of the steps that still run nothing more will be heard. */
  cancel(): void;
  /** Shows what is left, the output of failed steps included; the display is not used after that. */
  end(): void;
}

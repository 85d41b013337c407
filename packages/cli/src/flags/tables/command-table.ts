import type { CompletedBy, Flag } from './flag.js';

/** A command of `warmdock`: its help, its completions and its reference are made from this. */
export interface CommandTable {
  readonly name: string;
  /** What stands behind its name, for people: `[OPTIONS] PROJECT`. */
  readonly takes: string;
  /** A line in the list of commands. */
  readonly about: string;
  /** What its own help says, default `about`. */
  readonly description?: string;
  /** Flags of its own, in the order of its help. */
  readonly flags: readonly Flag[];
  readonly commands?: readonly CommandTable[];
  /** What completes its arguments, default nothing. */
  readonly completedBy?: CompletedBy;
}

export const helpFlag: Flag = {
  name: 'help',
  short: 'h',
  kind: 'boolean',
  about: 'Show this help',
};

/**
 * A flag of a command.
 *
 * A `list` collects the values of all its occurrences, a `csv` also those between the commas of each;
 * of the others the last one counts.
 */
export interface Flag {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly kind: 'boolean' | 'string' | 'list' | 'csv';
  /** What the flag does, for people. */
  readonly about: string;
  /** What completes its value, default nothing. */
  readonly completedBy?: CompletedBy;
  /** Taken for the sake of old command lines; shown in no help. */
  readonly hidden?: true;
}

/** What a shell offers for a word: one of these, or paths. */
export type CompletedBy = readonly string[] | 'file' | 'directory';

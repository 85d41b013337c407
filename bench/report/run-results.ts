import type { Machine } from './machine.js';
import type { Row } from './row.js';

/** The rows of one builder. */
export interface BuilderResult {
  builder: string;
  rows: Row[];
}

/** All of one run of `pnpm bench`. */
export interface Results {
  date: string;
  machine: Machine;
  builders: BuilderResult[];
}

/** All of one run of `pnpm bench:golden`. */
export interface GoldenResults {
  date: string;
  machine: Machine;
  rows: Row[];
}

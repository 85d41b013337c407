import type { Machine } from './machine.js';
import type { Row } from './row.js';

export interface BuilderResult {
  builder: string;
  rows: Row[];
}

/** All of one run. */
export interface Results {
  date: string;
  machine: Machine;
  builders: BuilderResult[];
}

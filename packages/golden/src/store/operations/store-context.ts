import type { Strategy } from '../../strategy/strategy.js';
import type { OnStep } from '../golden-store.js';
import type { StorePaths } from '../records/paths.js';

/** An open store, as its operations see it. */
export interface StoreContext {
  readonly paths: StorePaths;
  readonly strategy: Strategy;
  readonly reason: string;
  readonly onStep: OnStep;
}

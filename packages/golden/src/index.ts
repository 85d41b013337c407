export type { ImageStore } from './data-root/tree.js';
export type * from './store/golden-store.js';
export { openStore } from './store/open-store.js';
export type {
  Content,
  PooledEntry,
  Probe,
  SealOptions,
  Snapshot,
  Strategy,
  StrategyName,
} from './strategy/strategy.js';

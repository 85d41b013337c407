export type { ImageStore } from './data-root/tree.js';
export type * from './store/golden-store.js';
export { openStore } from './store/open-store.js';
export type {
  Content,
  PooledLayer,
  Probe,
  SealOptions,
  Snapshot,
  Strategy,
  StrategyName,
} from './strategy/strategy.js';

import type { EngineObservation } from '../compare/observe-engine.js';

/** How an image is loaded. */
export interface LoadOptions {
  /** What is known of the daemon already, from `observeEngine`; asked for when absent. */
  readonly observed?: EngineObservation | undefined;
  /** About how many bytes of layers, as the builder holds them, travel in one archive; default 100 MB. */
  readonly partSizeBytes?: number | undefined;
}

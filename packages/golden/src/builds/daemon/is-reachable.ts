import type { Engine } from '@warmdock/core';

/** Whether the daemon answers now. */
export function isReachable(engine: Engine, signal: AbortSignal): Promise<boolean> {
  return engine.ping({ signal }).then(
    () => true,
    () => false,
  );
}

import type { Engine } from '../../engine/engine.js';
import { LoadQueue } from './load-queue.js';
import { SharedLocks } from './shared-locks.js';

/** What the loads of this process into one daemon share. */
export interface DaemonLoads {
  readonly queue: LoadQueue;
  /** Held against other processes. */
  readonly locks: SharedLocks;
}

const loads = new WeakMap<Engine, DaemonLoads>();

/** One for each connection to a daemon, for as long as that is in use. */
export function loadsOf(engine: Engine): DaemonLoads {
  const known = loads.get(engine);
  if (known) return known;
  const made = { queue: new LoadQueue(engine), locks: new SharedLocks() };
  loads.set(engine, made);
  return made;
}

import type { Target } from './target.js';

const faster = (times: number) => ({ type: 'faster', times }) as const;
const ratio = (atMost: number) => ({ type: 'ratio', atMost }) as const;
const budget = (share: number, addedMs: number) =>
  ({ type: 'budget', ratio: share, addedMs }) as const;

/** All targets of `pnpm bench`, by case. */
export const targets = {
  shim: { type: 'added', atMostMs: 3 },
  unchanged: faster(50),
  cached: { small: ratio(0.6), big: ratio(0.7), wide: ratio(0.65) },
  sdk: faster(4),
  changed: { load: faster(40), pull: faster(2) },
  container: { unchanged: faster(25), changed: faster(15) },
  transfer: ratio(0.9),
  compose: {
    unchangedSmall: faster(4),
    unchangedLarge: faster(10),
    changed: faster(8),
    cold: faster(1.3),
  },
  sharedBase: {
    cold: faster(12),
    coldOverOne: (services: number) => budget(1.3, 150 * services),
    shimsOverOne: (services: number) => budget(2, 300 * services),
    changed: faster(8),
  },
  composeUp: faster(1.5),
  copy: ratio(1),
  pull: { cold: ratio(1), afterTar: faster(5) },
  throughRegistry: { pulled: faster(1.3), afterTar: faster(5) },
  cold: {
    classic: faster(3),
    containerd: faster(1.4),
    clientMemory: { type: 'memory', belowBytes: 150_000_000 },
  },
} as const satisfies Record<string, unknown>;

/** All targets of `pnpm bench:golden`, by case. */
export const goldenTargets = {
  clone: faster(50),
  growth: ratio(1.5),
  session: { type: 'time', atMostMs: 1000 },
  promote: ratio(1.5),
  disk: { type: 'memory', belowBytes: 2_000_000 },
} as const satisfies Record<string, Target>;

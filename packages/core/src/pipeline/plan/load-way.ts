/**
 * How an image comes from the builder into the daemon.
 *
 * `direct`: its missing layers are read from the builder. `registry`: the builder pushes it, and its
 * missing layers are read from there. `archive`: the builder sends all of it.
 */
export type LoadWay = 'direct' | 'registry' | 'archive';

/** A way that needs a solve of its own. */
export type SolvingWay = Exclude<LoadWay, 'direct'>;

/** A way that was tried and failed. */
export interface FailedWay {
  readonly via: LoadWay;
  /** For people. */
  readonly reason: string;
}

/** How long a daemon may keep its caller waiting before a call fails with `TIMEOUT`. */
export interface EngineLimits {
  /** Until a connection is there. */
  readonly connectTimeoutMs: number;
  /** Until an answer is complete, for all calls but loads; also until an upgrade. */
  readonly answerTimeoutMs: number;
  /** While a load's bytes wait to be taken. */
  readonly stallTimeoutMs: number;
  /** Without a word, after the last byte of a load. */
  readonly unpackTimeoutMs: number;
}

export const DEFAULT_LIMITS: EngineLimits = {
  /** A far network needs a second or two. */
  connectTimeoutMs: 10_000,
  /** A busy daemon takes its time over an image with many layers; one that takes a minute hangs. */
  answerTimeoutMs: 60_000,
  /** Slow disks take bytes slowly, but they take some. */
  stallTimeoutMs: 120_000,
  /** Layers are unpacked in silence: minutes for tens of GB on a slow disk. */
  unpackTimeoutMs: 30 * 60_000,
};

import type { Transform } from 'node:stream';
import type { Clone } from '../../store/golden-store.js';

/** A Docker daemon that runs on a clone, for one golden build. */
export interface RunningDaemon extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /**
   * Settles when the daemon ends for whatever reason. Without it, only a failing script shows that.
   */
  readonly ended?: Promise<unknown> | undefined;
  /**
   * Stops it cleanly, and resolves when none of its processes and mounts is left. The data root
   * then becomes the golden. Throws when it had to be killed or had ended before.
   */
  stop(): Promise<void>;
  /** Kills it; the data root is thrown away. Does nothing after `stop`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a build's daemon is started with besides its clone. */
export interface LaunchOptions {
  /** Fires when the build is cancelled: nothing of the daemon may stay. */
  readonly signal: AbortSignal;
  /** The file for the daemon's output. */
  readonly logPath: string;
  /**
   * Given when the start-up script has secrets: a stream that removes them. The daemon's output
   * must pass through one on its way to the file.
   */
  readonly redact?: (() => Transform) | undefined;
}

/**
 * Starts a daemon on `clone.dataRoot` (and `clone.containerdRoot`) with `clone.mounts`, configured
 * for `clone.imageStore`. Resolves when the daemon answers.
 */
export type DaemonLauncher = (clone: Clone, options: LaunchOptions) => Promise<RunningDaemon>;

import type { Transform } from 'node:stream';
import type { Clone } from '../../store/golden-store.js';

/** A Docker daemon that runs on a clone, for one golden build. */
export interface RunningDaemon extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Resolves when it ends, asked to or not; without it a build notices by its script's failure alone. */
  readonly ended?: Promise<unknown> | undefined;
  /**
   * Ends it in order, and returns when no process of it and no mount is left: what is in the data
   * root then becomes the golden. Throws when it had to be killed or had ended before.
   */
  stop(): Promise<void>;
  /** Ends it somehow, at once; what is in the data root then is thrown away. Does nothing after `stop`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a build's daemon is started with besides its clone. */
export interface LaunchOptions {
  /** Fires when the build is cancelled; then nothing of the daemon may stay. */
  readonly signal: AbortSignal;
  /** A file for what the daemon prints. */
  readonly logPath: string;
  /**
   * Given when the start-up script has secrets: what the daemon prints must go through such a stream on
   * its way to the file, which passes it on without them.
   */
  readonly redact?: (() => Transform) | undefined;
}

/**
 * Starts a daemon on `clone.dataRoot` (and `clone.containerdRoot`) with `clone.mounts`, configured for
 * `clone.imageStore`; returns when it answers.
 */
export type DaemonLauncher = (clone: Clone, options: LaunchOptions) => Promise<RunningDaemon>;

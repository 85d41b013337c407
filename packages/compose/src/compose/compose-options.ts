import type { Engine } from '@warmdock/core';

/** How the user would call compose; relative paths are resolved against `cwd`. */
export interface ComposeOptions {
  /** Compose's own flags as on its command line: `['--file', 'a.yaml', '--profile', 'test']`. */
  readonly projectFlags?: readonly string[] | undefined;
  /** Services to build, default all that are enabled and have a build section. */
  readonly services?: readonly string[] | undefined;
  /** Build what the services depend on as well, default false. */
  readonly withDependencies?: boolean | undefined;
  /** Arguments of all builds, over those of the project; without a value that of the environment. */
  readonly buildArgs?: readonly string[] | undefined;
  /** Rebuild everything, default false. */
  readonly noCache?: boolean | undefined;
  /** Ask registries for newer base images, default false. */
  readonly pull?: boolean | undefined;
  /** An ssh agent for all builds, `default` or `ID=PATH`. */
  readonly ssh?: string | undefined;
  /**
   * What makes containers of the images afterwards, and is not to build them again: compose's `up` or
   * `create`, which take `--no-build`, or `run`, which does not. Default nothing. Where a service's
   * `pull_policy` says that an image is pulled or built all the same: `UNSUPPORTED`.
   */
  readonly containersBy?: 'up' | 'run' | undefined;
  /**
   * With `containersBy`: build only what compose would build by itself since this daemon lacks it, and
   * what its `pull_policy` has built each time. What a registry has that compose would pull is left to
   * compose. Default: build all.
   */
  readonly missingIn?: Engine | undefined;
  /** With `missingIn`: compose's `--pull`, in the place of each service's `pull_policy`. */
  readonly pullPolicy?: string | undefined;
  /**
   * The compose to ask, a program and its first arguments. Default docker's plugin, called as such,
   * which takes half the time of `docker compose`.
   */
  readonly program?: readonly string[] | undefined;
  /** Default the process's working directory. */
  readonly cwd?: string | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

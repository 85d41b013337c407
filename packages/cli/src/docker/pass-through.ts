import type { TextOutput } from '@warmdock/core/internal';
/**
 * Tells `bin/docker` to become the real docker, with the words, environment and streams that it was
 * given. Any time will do, as long as nothing was printed and nothing read from standard input.
 *
 * None of warmdock's or docker's own exit codes.
 */
export const passThroughExitCode = 86;

/**
 * Tells `bin/docker` to become the real docker, with a `--no-build` where its command takes one, and
 * without `--build`: the images are built.
 *
 * None of warmdock's or docker's own exit codes.
 */
export const builtExitCode = 87;

/**
 * Tells `bin/docker` to become the real docker with the words that it was given: the images are built,
 * and docker would not build them again.
 *
 * None of warmdock's or docker's own exit codes.
 */
export const readyExitCode = 88;

export interface PassThroughContext {
  readonly stderr: TextOutput;
  readonly env: NodeJS.ProcessEnv;
}

/** Passes a call through to docker; says why, like "it asks for a registry cache", where `WARMDOCK=explain` wants to know. */
export function passThrough(why: string, context: PassThroughContext): number {
  explain(`${why}, passed through to docker`, context);
  return passThroughExitCode;
}

/** Says what was decided, in one line, where `WARMDOCK=explain` wants to know. */
export function explain(decision: string, { stderr, env }: PassThroughContext): void {
  if (env.WARMDOCK !== 'explain') return;
  stderr.write(`warmdock: ${decision.replace(/\s*\n\s*/g, ' ')}\n`);
}

import { followLauncher } from './follow-launcher.js';
import { type PassThroughContext, passThrough } from './pass-through.js';

/** A docker command line that may be a build, as `bin/docker` hands it over. */
export interface DockerCall {
  /** The real docker. */
  readonly docker: string;
  /** The words behind `docker`. */
  readonly argv: readonly string[];
}

/** Answers for docker: with the exit code that docker would have, or with that of `passThrough`. */
export async function runAsDocker(
  { argv }: DockerCall,
  context: PassThroughContext,
): Promise<number> {
  followLauncher();
  if (!isDecoded(argv)) return passThrough('its words are not all UTF-8', context);
  // The seam: `route(argv, env)` decides here which builds are warmdock's own.
  return passThrough('no builds are taken over yet', context);
}

/** Node reads words as UTF-8 and puts this character for bytes that are none: the word itself is lost. */
function isDecoded(argv: readonly string[]): boolean {
  return !argv.some((word) => word.includes('\uFFFD'));
}

import { followLauncher } from './follow-launcher.js';
import { type PassThroughContext, passThrough } from './pass-through.js';
import { type RoutedBuild, route } from './route.js';

/** A docker command line that may be a build, as `bin/docker` hands it over. */
export interface DockerCall {
  /** The real docker. */
  readonly docker: string;
  /** The words behind `docker`. */
  readonly argv: readonly string[];
}

export interface AsDockerContext extends PassThroughContext {
  /** Carries a build out unless the user's files leave it to docker; answers as `runAsDocker` does. */
  build(routed: RoutedBuild): Promise<number>;
}

/** Answers for docker: with the exit code that docker would have, or with that of `passThrough`. */
export async function runAsDocker({ argv }: DockerCall, context: AsDockerContext): Promise<number> {
  followLauncher();
  if (!isDecoded(argv)) return passThrough('its words are not all UTF-8', context);
  const routed = route(argv, context.env);
  if (routed.action === 'pass-through') return passThrough(routed.reason, context);
  return context.build(routed);
}

/** Node reads words as UTF-8 and puts this character for bytes that are none: the word itself is lost. */
function isDecoded(argv: readonly string[]): boolean {
  return !argv.some((word) => word.includes('\uFFFD'));
}

import { followLauncher } from './follow-launcher.js';
import { type PassThroughContext, passThrough } from './pass-through.js';
import { type RoutedBake, type RoutedBuild, type RoutedCompose, route } from './route.js';

/** A docker command line that may be a build, as `bin/docker` hands it over. */
export interface DockerCall {
  /** The words behind `docker`. */
  readonly argv: readonly string[];
  /** The real `docker-compose`, where that was called; `argv` then begins with `compose`. */
  readonly compose?: string;
}

export interface AsDockerContext extends PassThroughContext {
  /** Carry builds out unless the user's files leave them to docker; answer as `runAsDocker` does. */
  build(routed: RoutedBuild): Promise<number>;
  buildTargets(routed: RoutedBake | RoutedCompose): Promise<number>;
}

/** Answers for docker: with the exit code that docker would have, or with that of `passThrough`. */
export async function runAsDocker(
  { argv, compose }: DockerCall,
  context: AsDockerContext,
): Promise<number> {
  followLauncher();
  if (!isDecoded(argv)) return passThrough('its words are not all UTF-8', context);
  const routed = route(argv, context.env);
  if (routed.action === 'pass-through') return passThrough(routed.reason, context);
  if (routed.action === 'build') return context.build(routed);
  const isOwn = routed.action === 'compose' && compose !== undefined;
  return context.buildTargets(isOwn ? { ...routed, program: [compose] } : routed);
}

/** Node reads words as UTF-8 and puts this character for bytes that are none: the word itself is lost. */
function isDecoded(argv: readonly string[]): boolean {
  return !argv.some((word) => word.includes('\uFFFD'));
}

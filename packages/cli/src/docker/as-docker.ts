import type { Launcher } from '../process/launcher.js';
import { type PassThroughContext, passThrough, passThroughExitCode } from './pass-through.js';
import {
  type RoutedBake,
  type RoutedBuild,
  type RoutedCompose,
  type RoutedPull,
  route,
} from './routing/route.js';

/** A docker command line that may be a build or a pull, as `bin/docker` hands it over. */
export interface DockerCall {
  /** The words behind `docker`; those of `docker-compose` behind `compose`. */
  readonly argv: readonly string[];
  /** The real docker. */
  readonly docker?: string;
  /** The real docker-compose, where that was called instead. */
  readonly compose?: string;
}

export interface AsDockerContext extends PassThroughContext {
  readonly launcher: Pick<Launcher, 'isListening'>;
  /** Carry it out unless the user's files or values pass it through; answer as `runAsDocker` does. */
  build(routed: RoutedBuild): Promise<number>;
  pull(routed: RoutedPull): Promise<number>;
  buildTargets(routed: RoutedBake | RoutedCompose, call: DockerCall): Promise<number>;
}

/** Answers for docker: with the exit code that docker would have, or with that of `passThrough`. */
export async function runAsDocker(call: DockerCall, context: AsDockerContext): Promise<number> {
  if (!context.launcher.isListening()) return passThroughAsChild(call, context);
  if (!isDecoded(call.argv)) return passThrough('its words are not all UTF-8', context);
  const routed = route(call.argv, context.env);
  if (routed.action === 'pass-through') return passThrough(routed.reason, context);
  if (routed.action === 'pull') return context.pull(routed);
  return routed.action === 'build' ? context.build(routed) : context.buildTargets(routed, call);
}

/** Something on the way here (a wrapper around Node) has closed the descriptor. */
function passThroughAsChild({ docker, compose }: DockerCall, { stderr }: AsDockerContext): number {
  stderr.write(
    `NOTICE: warmdock cannot start: ${process.execPath} was started without descriptor 8 of its launcher; passed through to ${compose ?? docker}\n`,
  );
  return passThroughExitCode;
}

/** Node reads words as UTF-8 and puts this character for bytes that are none: the word itself is lost. */
function isDecoded(argv: readonly string[]): boolean {
  return !argv.some((word) => word.includes('\uFFFD'));
}

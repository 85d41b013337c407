import { type BuildCallOptions, BuildError, type BuildOutcome, build } from '@warmdock/core';
import type { BuildArguments } from './arguments/build-arguments.js';
import { buildOptionsOf } from './build-options.js';
import { chooseMode, type DisplayMode, type Showing } from './display/choose-mode.js';
import { formatLogTail } from './display/failed-logs.js';
import { openDisplay } from './display/open-display.js';
import { Watch } from './display/watch.js';
import type { Output } from './output.js';
import { formatLastLine } from './report/last-line.js';
import { metadataOf } from './report/metadata.js';
import { prepareResultFile } from './report/result-file.js';

export interface BuildContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /**
   * Whose words the results are in, default warmdock's own: docker's name the image as buildx does,
   * wherever it is, and say nothing of the load.
   */
  readonly surface?: 'warmdock' | 'docker';
  /** Default the core's. */
  readonly build?: typeof build;
}

/** A build as its command line asks for it. */
export interface BuildCommand extends Showing, Pick<BuildArguments, 'iidfile' | 'metadataFile'> {
  readonly options: BuildCallOptions;
}

/** Reads what the arguments mean, and docker's `config.json`; throws as `buildOptionsOf` and `chooseMode` do. */
export function planBuildCommand(args: BuildArguments, env: NodeJS.ProcessEnv): BuildCommand {
  const { iidfile, metadataFile } = args;
  const showing = chooseMode(args.progress, args.quiet, env);
  return { ...showing, iidfile, metadataFile, options: buildOptionsOf(args, env) };
}

/**
 * `warmdock build`: progress and the closing line go to stderr, with `--quiet` the image ID to stdout,
 * results to the files that were asked for once the daemon has the image.
 *
 * Throws what the core's `build` throws, and `INVALID_ARGUMENT` for files that cannot be written.
 */
export async function runBuildCommand(command: BuildCommand, context: BuildContext): Promise<void> {
  const { mode, printsImageId, options } = command;
  const { stdout, stderr, surface = 'warmdock' } = context;
  const imageIdFile = command.iidfile && prepareResultFile('image ID file', command.iidfile);
  const metadataFile =
    command.metadataFile && prepareResultFile('metadata file', command.metadataFile);

  const outcome = await runWatched(mode, context, (watch) =>
    (context.build ?? build)({ ...options, signal: context.signal, onProgress: watch.onProgress }),
  );

  const exporterResponse = metadataFile && (await outcome.exporterResponse);
  // Counts from the start of the process: what the command took is what its user waited for.
  const totalMs = performance.now();
  const imageId = imageIdOf(outcome, surface);
  if (imageIdFile) imageIdFile.write(imageId);
  if (metadataFile && exporterResponse) {
    const metadata = metadataOf(outcome.load, exporterResponse, totalMs);
    metadataFile.write(JSON.stringify(metadata, null, 2));
  }
  if (printsImageId) stdout.write(`${imageId}\n`);
  else if (surface === 'warmdock' && isForPeople(mode)) {
    stderr.write(`${formatLastLine(outcome.load, totalMs)}\n`);
  }
}

/** Empty, as with buildx, for a result that is no image. */
function imageIdOf({ load, configDigest, digest }: BuildOutcome, surface: string): string {
  const buildxId = configDigest ?? digest ?? '';
  return surface === 'docker' ? buildxId : (load?.imageId ?? buildxId);
}

/** Runs a build below a display, which is ended either way before anything else is printed. */
async function runWatched(
  mode: DisplayMode,
  { stderr, env }: BuildContext,
  run: (watch: Watch) => Promise<BuildOutcome>,
): Promise<BuildOutcome> {
  const display = await openDisplay(mode, stderr, env);
  const watch = new Watch(display);
  const warn = () => {
    if (isForPeople(mode)) stderr.write(watch.warnings.format(stderr.isTerminal && !env.NO_COLOR));
  };
  try {
    const outcome = await run(watch);
    watch.succeed(outcome.load);
    warn();
    return outcome;
  } catch (error) {
    watch.fail(error);
    warn();
    if (error instanceof BuildError && error.step && !display.showsLogs) {
      stderr.write(formatLogTail(error.step.name, error.logTail));
    }
    throw error;
  }
}

function isForPeople(mode: DisplayMode): boolean {
  return mode !== 'none' && mode !== 'rawjson';
}

import { BuildError, type BuildOutcome, build as buildImage, WarmdockError } from '@warmdock/core';
import {
  chooseMode,
  type DisplayMode,
  formatLogTail,
  openDisplay,
  type Showing,
  takesColors,
  Watch,
} from '@warmdock/core/internal';
import type { BuildArguments } from '../../flags/build-arguments.js';
import { buildOptionsOf, type ParsedRequest } from '../../flags/build-options.js';
import type { CommandContext } from '../../process/command-context.js';
import { prepareResultFile } from '../../report/result-file.js';
import {
  type FinishedBuild,
  imageIdOf,
  type ResultFormat,
  warmdockResultFormat,
} from '../../report/result-format.js';

export interface RunBuildOptions {
  /** Default warmdock's own. */
  readonly resultFormat?: ResultFormat;
  /** Default the core's. */
  readonly build?: typeof buildImage;
}

/** A build as its command line asks for it. */
export interface BuildCommand extends Showing, Pick<BuildArguments, 'iidfile' | 'metadataFile'> {
  readonly options: ParsedRequest;
}

/**
 * Reads what the arguments mean, and docker's `config.json`; throws as `buildOptionsOf` and `chooseMode` do,
 * `UNSUPPORTED` for flags that are not carried out here.
 */
export function planBuildCommand(args: BuildArguments, env: NodeJS.ProcessEnv): BuildCommand {
  const [reason] = args.passThroughReasons;
  if (reason !== undefined) {
    throw new WarmdockError('UNSUPPORTED', `cannot build with ${reason}`, {
      hint: 'leave it out, or build with docker buildx build',
    });
  }
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
export async function runBuildCommand(
  command: BuildCommand,
  context: CommandContext,
  { resultFormat = warmdockResultFormat, build = buildImage }: RunBuildOptions = {},
): Promise<void> {
  const { mode, printsImageId, options } = command;
  const { stdout, stderr } = context;
  const { imageIdFile, metadataFile } = prepareFiles(command);
  const { outcome, warnings } = await runDisplayed(mode, context, ({ onProgress }) => {
    const { signal, env } = context;
    return build(options, { signal, env, onProgress });
  });

  const exporterResponse = metadataFile && (await outcome.exporterResponse);
  const totalMs = performance.now();
  const finished = { outcome, warnings, totalMs };
  const metadata = exporterResponse && (await resultFormat.metadataOf(finished, exporterResponse));
  const imageId = imageIdOf(outcome);
  if (imageIdFile) imageIdFile.write(imageId);
  if (metadataFile && metadata) metadataFile.write(JSON.stringify(metadata, null, 2));
  if (printsImageId) stdout.write(`${imageId}\n`);
  else if (resultFormat.lastLine && isForPeople(mode)) {
    stderr.write(`${resultFormat.lastLine(outcome.load, totalMs)}\n`);
  }
}

/** What is there when the build fails is what buildx leaves: the metadata of an earlier build, and no image ID. */
function prepareFiles({ iidfile, metadataFile }: BuildCommand) {
  const prepare = (what: string, path: string | undefined, keepsOld: boolean) =>
    path === undefined ? undefined : prepareResultFile({ what, path, keepsOld });
  return {
    imageIdFile: prepare('image ID file', iidfile, false),
    metadataFile: prepare('metadata file', metadataFile, true),
  };
}

/** Runs a build below a display, which is ended either way before anything else is printed. */
async function runDisplayed(
  mode: DisplayMode,
  { stderr, env }: CommandContext,
  run: (watch: Watch) => Promise<BuildOutcome>,
): Promise<Pick<FinishedBuild, 'outcome' | 'warnings'>> {
  const display = await openDisplay(mode, stderr, env);
  const watch = new Watch(display);
  const warn = () => {
    if (isForPeople(mode)) stderr.write(watch.warnings.format(takesColors(stderr, env)));
  };
  try {
    const outcome = await run(watch);
    watch.succeed(outcome.load);
    warn();
    return { outcome, warnings: watch.warnings.all };
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

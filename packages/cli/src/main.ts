import './docker/supported-node.js';

import { join } from 'node:path';
import { type Command, parseCommandLine } from './command-line.js';
import { type DockerCall, runAsDocker } from './docker/as-docker.js';
import type { RoutedBake, RoutedBuild, RoutedCompose, RoutedPull } from './docker/routing/route.js';
import type { ShimContext } from './docker/shim-context.js';
import { UsageError } from './flags/usage-error.js';
import { cacheDirectory } from './process/cache-directory.js';
import type { CommandContext, Program } from './process/command-context.js';
import { loadProgram } from './process/compiled-program.js';
import { followLauncher } from './process/follow-launcher.js';
import { interruptedExitCode, listenForInterruption } from './process/interruption.js';
import { restoreEnvironment } from './process/launch-environment.js';
import { launcherAt } from './process/launcher.js';
import { StandardStream } from './process/standard-streams.js';
import { version } from './process/version.js';

type BuildProgram = typeof import('./entries/build-program.js');
type PullProgram = typeof import('./entries/pull-program.js');
type TargetsProgram = typeof import('./entries/targets-program.js');
type Reporting = Pick<BuildProgram, 'formatFailure'>;

const { env } = process;
const stdout = new StandardStream(1);
const stderr = new StandardStream(2);
const interruption = listenForInterruption(restoreEnvironment(env));
const launcher = launcherAt(join(__dirname, '../bin/ask-program'));

void Promise.race([run(), interruption.forced.then(() => interruptedExitCode)]).then((exitCode) =>
  // Not by itself: open connections would keep the process alive.
  process.exit(exitCode),
);

async function run(): Promise<number> {
  const exitCode = await runCommand();
  await Promise.all([stdout.flush(), stderr.flush()]);
  return exitCode;
}

async function runCommand(): Promise<number> {
  let command: Command;
  try {
    command = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  switch (command.type) {
    case 'build':
      return runBuild(async ({ planBuildCommand, runBuildCommand, runCall }) => {
        const context = commandContext();
        if (command.args.call !== 'build') return runCall(command.args, context);
        await runBuildCommand(planBuildCommand(command.args, env), context);
        return 0;
      });
    case 'as-docker':
      followLauncher(() => interruption.interrupt('SIGTERM'));
      return runAsDocker(command.call, {
        stderr,
        env,
        launcher,
        build: runRouted,
        buildTargets: runRoutedTargets,
        pull: runRoutedPull,
      });
    case 'doctor':
    case 'golden':
    case 'help':
    case 'registry':
    case 'shim':
      return runProgram(command.type, command.argv);
    case 'print':
      stdout.write(command.text);
      return 0;
  }
}

/** What is loaded for a build, with its errors reported; answers with `run`'s exit code. */
function runBuild(run: (program: BuildProgram) => Promise<number>): Promise<number> {
  return runReported<BuildProgram>('build', run);
}

async function runReported<T extends Reporting>(
  name: string,
  run: (program: T) => Promise<number>,
): Promise<number> {
  const program = loadProgram<T>(fileOf(name), cacheDirectory(env));
  try {
    const exitCode = await Promise.race([run(program.exports), strayError()]);
    program.keep();
    return exitCode;
  } catch (error) {
    const { text, exitCode } = program.exports.formatFailure(error, version);
    stderr.write(text);
    return exitCode;
  }
}

function runRouted(build: RoutedBuild): Promise<number> {
  return runBuild(({ runRoutedBuild }) => runRoutedBuild(build, shimContext()));
}

function runRoutedPull(routed: RoutedPull): Promise<number> {
  const context = shimContext();
  return runReported<PullProgram>('pull', (program) => program.runRoutedPull(routed, context));
}

function runRoutedTargets(routed: RoutedBake | RoutedCompose, call: DockerCall): Promise<number> {
  const context = shimContext();
  return runReported<TargetsProgram>('targets', (program) =>
    routed.action === 'bake'
      ? program.runRoutedBake(routed, call, context)
      : program.runRoutedCompose(routed, call, context),
  );
}

function commandContext(): CommandContext {
  return { stdout, stderr, env, signal: interruption.signal };
}

function shimContext(): ShimContext {
  return { ...commandContext(), takeOver: launcher.takeOver };
}

/** A program that reports its own errors. */
async function runProgram(
  name: 'doctor' | 'golden' | 'help' | 'registry' | 'shim',
  argv: readonly string[],
): Promise<number> {
  // Sessions wait for their clones; the others are not started often enough to keep compiled code.
  const cacheDir = name === 'golden' ? cacheDirectory(env) : undefined;
  const program = loadProgram<Program>(fileOf(name), cacheDir);
  const exitCode = await program.exports.run(argv, commandContext());
  program.keep();
  return exitCode;
}

function fileOf(program: string): string {
  return join(__dirname, `${program}-program.cjs`);
}

/** Rejects with an error that nobody caught, so that it is reported like any other. */
function strayError(): Promise<never> {
  return new Promise((_, reject) => process.once('uncaughtException', reject));
}

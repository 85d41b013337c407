import { callFrontend, type FrontendAnswer, WarmdockError } from '@warmdock/core';
import { openDisplay, Watch } from '@warmdock/core/internal';
import * as z from 'zod/mini';
import type { BuildArguments } from '../../flags/build-arguments.js';
import type { CommandContext } from '../../process/command-context.js';
import { planBuildCommand } from './build-command.js';

/** In the words of `--call`: `check`, `targets,format=json`. */
interface Question {
  readonly name: string;
  readonly isForPrograms: boolean;
}

/**
 * `warmdock build --call` and `--check`: asks about the Dockerfile instead of building it. The answer
 * goes to stdout as buildx writes it; no daemon is needed.
 *
 * Returns the exit code, 1 for a check that finds something. Throws what `callFrontend` throws.
 */
export async function runCall(args: BuildArguments, context: CommandContext): Promise<number> {
  const { stdout, stderr } = context;
  const { name, isForPrograms } = parseQuestion(args.call);
  refuseFiles(args);
  const answer = await ask(name, args, context);
  const found = name === 'check' ? readFindings(answer) : undefined;
  if (isForPrograms) stdout.write(`${answer.json}\n`);
  else stdout.write(found ? checkText(answer.text, found.warnings) : answer.text);
  if (found?.error !== undefined) stderr.write(`ERROR: ${found.error}\n`);
  return found && (found.warnings > 0 || found.error !== undefined) ? 1 : 0;
}

/** Nothing is built that they could describe. */
function refuseFiles({ iidfile, metadataFile }: BuildArguments): void {
  if (iidfile === undefined && metadataFile === undefined) return;
  throw new WarmdockError('UNSUPPORTED', '--call builds nothing, and writes no result to a file', {
    hint: 'leave out --iidfile and --metadata-file, or ask docker buildx build',
  });
}

function parseQuestion(call: string): Question {
  const [name = '', ...attributes] = call.split(',');
  const unknown = attributes.find((each) => !/^format=(json|text)$/.test(each));
  if (name !== '' && unknown === undefined)
    return { name, isForPrograms: attributes.at(-1) === 'format=json' };
  throw new WarmdockError('INVALID_ARGUMENT', `cannot read --call ${call}`, {
    hint: 'write it like check, outline, targets or targets,format=json',
  });
}

/** Below a display, which is ended either way before anything else is printed. */
async function ask(
  name: string,
  args: BuildArguments,
  { env, stderr, signal }: CommandContext,
): Promise<FrontendAnswer> {
  const { mode, options } = planBuildCommand(args, env);
  const watch = new Watch(await openDisplay(mode, stderr, env));
  try {
    const { onProgress } = watch;
    const answer = await callFrontend(name, options, { signal, env, onProgress });
    watch.succeed(undefined);
    return answer;
  } catch (error) {
    watch.fail(error);
    throw error;
  }
}

/** How many warnings a check has, and why the Dockerfile cannot be built at all. */
interface Findings {
  readonly warnings: number;
  readonly error: string | undefined;
}

/** BuildKit's `lint.LintResults`; Go leaves out what is empty, or writes `null`. */
const lintResults = z.object({
  warnings: z.nullish(z.array(z.unknown())),
  buildError: z.nullish(z.object({ message: z.string() })),
});

function readFindings({ json }: FrontendAnswer): Findings {
  try {
    const { warnings, buildError } = lintResults.parse(JSON.parse(json));
    return { warnings: warnings?.length ?? 0, error: buildError?.message };
  } catch (cause) {
    const message = "cannot read the builder's answer to a check of the Dockerfile";
    throw new WarmdockError('PROTOCOL', message, { cause });
  }
}

function checkText(text: string, warnings: number): string {
  if (warnings === 0) return 'Check complete, no warnings found.\n';
  const are = warnings === 1 ? '1 warning has' : `${warnings} warnings have`;
  return `Check complete, ${are} been found!\n${text}`;
}

import { openStore } from '@warmdock/golden';
import { UsageError } from './arguments/usage-error.js';
import type { Answer } from './golden/command.js';
import { type GoldenArguments, parseGoldenArguments } from './golden/golden-arguments.js';
import { openProgress } from './golden/progress.js';
import { stepText } from './golden/store-steps.js';
import type { Surroundings } from './program.js';
import { failureOf } from './report/failure.js';
import { version } from './version.js';

const DEFAULT_STORE = '/var/lib/warmdock/golden';

/** `warmdock golden`: answers go to stdout, progress and errors to stderr. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    const args = parseGoldenArguments(argv);
    if (typeof args === 'string') {
      stdout.write(args);
      return 0;
    }
    const { json, text, exitCode = 0 } = await perform(args, surroundings);
    stdout.write(args.json ? formatJson(json) : text);
    return exitCode;
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    const { text, exitCode } = failureOf(error, version);
    stderr.write(text);
    return exitCode;
  }
}

async function perform(
  { store: root, strategy, makesStore, command }: GoldenArguments,
  { stderr, env, signal }: Surroundings,
): Promise<Answer> {
  const progress = openProgress(stderr, env);
  try {
    const store = await openStore(root ?? (env.WARMDOCK_GOLDEN_STORE || DEFAULT_STORE), {
      require: strategy,
      mustExist: !makesStore,
      onStep: (step) => progress.step(stepText(step)),
      signal,
    });
    return await command.run({ store, env, signal, progress });
  } finally {
    progress.end();
  }
}

/** Every key is there, whatever its value. */
function formatJson(value: object): string {
  return `${JSON.stringify(value, (_, each) => each ?? null, 2)}\n`;
}

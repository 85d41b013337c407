import { openStore } from '@warmdock/golden';
import type { GoldenAnswer, GoldenEvent } from '../commands/golden/actions/command.js';
import { type GoldenArguments, parseGoldenArguments } from '../commands/golden/golden-arguments.js';
import { stepText } from '../commands/golden/text/store-steps.js';
import type { CommandContext } from '../process/command-context.js';
import { openProgressLine } from '../report/progress-line.js';
import { writeFailure } from '../report/write-failure.js';

const DEFAULT_STORE = '/var/lib/warmdock/golden';

/** `warmdock golden`: answers go to stdout, progress and errors to stderr. */
export async function run(argv: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, stderr } = context;
  try {
    const args = parseGoldenArguments(argv);
    if (typeof args === 'string') {
      stdout.write(args);
      return 0;
    }
    const answer = await perform(args, context);
    if (answer) stdout.write(args.json ? formatJson(answer.json) : answer.text);
    return answer?.exitCode ?? 0;
  } catch (error) {
    return writeFailure(error, stderr);
  }
}

async function perform(
  { store: root, strategy, json, command }: GoldenArguments,
  { stdout, stderr, env, signal }: CommandContext,
): Promise<GoldenAnswer | undefined> {
  const progress = openProgressLine(stderr, env);
  try {
    const store = await openStore(
      root ?? (env.WARMDOCK_GOLDEN_STORE || DEFAULT_STORE),
      { strategy, mustExist: !command.makesStore },
      { signal, onStep: (step) => progress.step(stepText(step)) },
    );
    const report = (event: GoldenEvent) =>
      json
        ? stdout.write(`${JSON.stringify(event.json, orNull)}\n`)
        : stderr.write(`${event.text}\n`);
    return await command.run({ store, env, signal, progress, report });
  } finally {
    progress.end();
  }
}

function formatJson(value: object): string {
  return `${JSON.stringify(value, orNull, 2)}\n`;
}

/** So that every key is there, whatever its value. */
function orNull(_key: string, value: unknown): unknown {
  return value ?? null;
}

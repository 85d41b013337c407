import type { BuildKit } from '../buildkit/buildkit.js';
import type { FrontendResult } from '../buildkit/frontend-result.js';
import { connectEngine } from '../engine/engine.js';
import { resolveEngineEndpoint } from '../engine/resolve-endpoint.js';
import { WarmdockError } from '../errors.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import { text } from '../options/checks.js';
import type { BuildCallOptions } from './build.js';
import { openBuilder } from './choose-builder.js';
import { type OpenedPlan, openPlan } from './open-plan.js';
import { buildChecks } from './option-checks.js';
import { planBuild } from './plan-build.js';
import { runSolve } from './run-build.js';

/** What a frontend answers to a question about a Dockerfile. */
export interface FrontendAnswer {
  /** For people. */
  readonly text: string;
  readonly json: string;
}

/** BuildKit's names of the questions; others are the frontend's own. */
const requests: Readonly<Record<string, string>> = {
  check: 'frontend.lint',
  outline: 'frontend.outline',
  targets: 'frontend.targets',
};

const subrequestsCap = 'moby.buildkit.frontend.subrequests';

/**
 * Asks the frontend about a Dockerfile instead of building it, as `--call` of buildx does: `check`,
 * `outline`, `targets`. No step runs, nothing is loaded, and the daemon is not asked unless it is the builder.
 *
 * Throws `BuildError` for what the frontend refuses, and what `runBuild` throws.
 */
export async function callFrontend(
  question: string,
  options: BuildCallOptions,
): Promise<FrontendAnswer> {
  checkArgument('callFrontend', 'question', question, text);
  checkOptions('callFrontend', options, buildChecks, ['context']);
  const { env = process.env, signal, onProgress, stdin } = options;
  const running = { env, signal, onProgress, stdin };
  const engine = connectEngine({ endpoint: resolveEngineEndpoint({ env }) });
  try {
    const { grpc } = options;
    const builder = await openBuilder(options.builder, engine, env, { onProgress, grpc });
    try {
      const opened = await openPlan(planQuestion(question, options), builder.buildkit, running);
      try {
        return await ask(question, opened, builder.buildkit);
      } finally {
        await opened[Symbol.asyncDispose]();
      }
    } finally {
      builder.close();
    }
  } finally {
    engine.close();
  }
}

async function ask(
  question: string,
  { plan, options }: OpenedPlan,
  builder: BuildKit,
): Promise<FrontendAnswer> {
  let answer: FrontendResult | undefined;
  const onResult = async (result: FrontendResult) => {
    answer = result;
  };
  const solved = await runSolve(plan, builder, { ...options, exporters: [], onResult });
  await solved.answer;
  return read(answer, question);
}

function planQuestion(question: string, options: BuildCallOptions) {
  const plan = planBuild({
    ...options,
    outputs: undefined,
    push: false,
    load: undefined,
    cacheTo: [],
  });
  const caps = [plan.frontendAttrs['frontend.caps'], subrequestsCap].filter(Boolean).join(',');
  const requestid = requests[question] ?? `frontend.${question}`;
  return { ...plan, frontendAttrs: { ...plan.frontendAttrs, requestid, 'frontend.caps': caps } };
}

function read(answer: FrontendResult | undefined, question: string): FrontendAnswer {
  const json = answer?.metadata?.['result.json'];
  if (!json)
    throw new WarmdockError('PROTOCOL', `the builder did not answer the question ${question}`);
  return { json: json.toString(), text: answer.metadata?.['result.txt']?.toString() ?? '' };
}

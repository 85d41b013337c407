import type { BuildKit } from '../buildkit/buildkit.js';
import type { FrontendResult } from '../buildkit/frontend-result.js';
import type { CallContext } from '../call-context.js';
import { borrowEngine } from '../engine/borrow-engine.js';
import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text } from '../options/checks.js';
import { planRequest } from './build.js';
import type { BuildRequest } from './build-request.js';
import { openBuilder } from './builders/open-builder.js';
import { openInputs } from './inputs/open-inputs.js';
import type { OpenedPlan } from './inputs/solve-input.js';
import { checkRequest } from './request-checks.js';
import { runSolve } from './solve/run-solve.js';

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
  request: BuildRequest,
  context: CallContext = {},
): Promise<FrontendAnswer> {
  checkArgument('callFrontend', 'question', question, text);
  checkRequest('callFrontend', request, context);
  await using borrowed = borrowEngine(undefined, context);
  const { grpc, bootstrap } = request;
  await using builder = await openBuilder(
    request.builder,
    borrowed.engine,
    { grpc, bootstrap },
    context,
  );
  const plan = planQuestion(question, request, context);
  await using opened = await openInputs(plan, builder.buildkit, context);
  return await ask(question, opened, builder.buildkit, context);
}

async function ask(
  question: string,
  { plan, services }: OpenedPlan,
  builder: BuildKit,
  context: CallContext,
): Promise<FrontendAnswer> {
  let answer: FrontendResult | undefined;
  const onResult = async (result: FrontendResult) => {
    answer = result;
  };
  const options = { exporters: [], services, links: { onResult } };
  const solved = await runSolve(plan, builder, options, context);
  await solved.answer;
  return read(answer, question);
}

function planQuestion(question: string, request: BuildRequest, context: CallContext) {
  const asked = { ...request, outputs: undefined, push: false, load: undefined, cacheTo: [] };
  const plan = planRequest(asked, context);
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

import type { CallContext } from '../call-context.js';
import { borrowEngine } from '../engine/borrow-engine.js';
import type { Engine } from '../engine/engine.js';
import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { listOf } from '../options/checks.js';
import { planRequest } from './build.js';
import type { BuildRequest } from './build-request.js';
import { openBuilder } from './builders/open-builder.js';
import { wantedEngine } from './checks/instances.js';
import { loadImage } from './load/load-image.js';
import type { LoadResult } from './plan/load-plan.js';
import { checkRequest } from './request-checks.js';
import type { BuildResult } from './result/build-result.js';
import { runBuild } from './run-build.js';

/** What became of the image in one daemon. */
export interface EngineLoad {
  /** As it was given. */
  readonly engine: string | Engine;
  /** Absent when the load failed. */
  readonly load?: LoadResult | undefined;
  /** Why it failed; the other daemons have the image nonetheless. */
  readonly error?: unknown;
}

/** A build with its loads, in the order of the daemons. */
export interface EnginesOutcome extends Omit<BuildResult, 'content'> {
  readonly loads: readonly EngineLoad[];
}

/**
 * Builds once and brings the image into several daemons side by side, each of which gets what it lacks.
 *
 * A daemon that fails does not keep the image from the others: its `error` is among the `loads`.
 * The builder is one that is not part of these daemons. Throws what `planBuild` and `runBuild` throw,
 * `INVALID_ARGUMENT` for a request with `engine`, `outputs` or `push`.
 */
export async function buildForEngines(
  engines: readonly (string | Engine)[],
  request: BuildRequest,
  context: CallContext = {},
): Promise<EnginesOutcome> {
  checkArgument('buildForEngines', 'engines', engines, listOf(wantedEngine));
  checkRequest('buildForEngines', request, context);
  if (request.engine !== undefined)
    throw new WarmdockError('INVALID_ARGUMENT', 'buildForEngines takes engines instead of engine');
  const plan = planRequest(request, context);
  const { grpc, bootstrap, via, registry } = request;
  await using first = borrowEngine(engines[0], context);
  await using builder = await openBuilder(
    request.builder,
    first.engine,
    { grpc, bootstrap },
    context,
  );
  await using result = await runBuild(plan, builder.buildkit, { via, registry }, context);
  const loads = await Promise.all(engines.map((engine) => loadInto(engine, result, context)));
  await result.exporterResponse;
  const { content, ...built } = result;
  return { ...built, loads };
}

async function loadInto(
  wanted: string | Engine,
  result: BuildResult,
  context: CallContext,
): Promise<EngineLoad> {
  try {
    await using opened = borrowEngine(wanted, context);
    return { engine: wanted, load: await loadImage(result, opened.engine, {}, context) };
  } catch (error) {
    return { engine: wanted, error };
  }
}

import type { BuildKit } from '../../buildkit/buildkit.js';
import { lazyContentStores } from '../../buildkit/session/lazy-services.js';
import type { Session } from '../../buildkit/session/session.js';
import type { SolveStatus } from '../../buildkit/solve-status.js';
import type { CallContext } from '../../call-context.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { imageExporter } from '../plan/image-exporter.js';
import { contextKey } from '../state/context-key.js';
import { linkTargets } from './linked-targets.js';
import { trackPendingBuild, waitForPendingBuild } from './pending-builds.js';
import { sessionServices } from './session-services.js';
import {
  type LinkedBuilds,
  noServices,
  type PlanSolveOptions,
  type TimedSolve,
} from './solve-options.js';
import { validateLocalInputs } from './validate-local-inputs.js';

/** Runs a plan as one solve, with any exporters; its session stays open until the builder's answer. */
export async function runSolve(
  plan: BuildPlan,
  builder: BuildKit,
  options: PlanSolveOptions,
  { signal, onProgress, env = process.env }: CallContext,
): Promise<TimedSolve> {
  const {
    oldExporter,
    exporters = [imageExporter(plan)],
    services = noServices,
    links = {},
  } = options;
  const { frontendAttrs, inputs, locals } = linkedSources(plan, links);
  const start = performance.now();
  const sharedKey = plan.contextKey ?? contextKey(plan.locals, env);
  await builder.connect({ signal });
  const connected = performance.now();
  const { attachables, stores, cacheImports, cacheExports } = services;
  const session = builder.startSession({
    attachables: [
      ...sessionServices({ ...plan, locals }, env, onProgress),
      ...attachables,
      ...(stores.size > 0 ? [lazyContentStores(stores)] : []),
    ],
    sharedKey,
  });
  const onStatus = onProgress && ((status: SolveStatus) => onProgress({ type: 'solve', status }));
  const close = () => session.close();
  try {
    await waitForPendingBuild(builder, sharedKey, { env, signal });
    const { frontend, entitlements } = plan;
    const request = { frontend, frontendAttrs, inputs, exporters, oldExporter, entitlements };
    const solved = await builder.solve(
      { ...request, cacheImports, cacheExports },
      { session, signal, onStatus, onResult: links.onResult },
    );
    const timingsMs = { connect: connected - start, solve: performance.now() - connected };
    solved.answer.then(close, close);
    trackPendingBuild(builder, sharedKey, solved, env);
    return { ...solved, timingsMs };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where the solve's files come from: the session's own directories, shared ones, other builds. */
function linkedSources(plan: BuildPlan, { shared, targets }: LinkedBuilds) {
  const sessions = plan.locals.flatMap((local): [string, Session][] => {
    const session = shared?.sessionOf(local);
    return session ? [[local.name, session]] : [];
  });
  const attrs = {
    ...plan.frontendAttrs,
    ...validateLocalInputs(plan),
    // The key of BuildKit's `dockerui` for a directory that another session serves.
    ...Object.fromEntries(sessions.map(([name, { id }]) => [`local-sessionid:${name}`, id])),
  };
  const served = new Set(sessions.map(([name]) => name));
  return {
    ...linkTargets(attrs, targets),
    locals: plan.locals.filter(({ name }) => !served.has(name)),
  };
}

import { setMaxListeners } from 'node:events';
import {
  type BuildOutcome,
  type CallContext,
  type Engine,
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  type Progress,
  runPlan,
  type SharedContexts,
  shareContexts,
  type WantedBuilder,
} from '@warmdock/core';
import type { FrontendResult } from '@warmdock/core/buildkit';
import {
  abortable,
  borrowEngine,
  type Checks,
  checkArgument,
  checkContext,
  checkOptions,
  checks,
} from '@warmdock/core/internal';
import type { TargetPlan, TargetSet } from '../targets/target-set.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { TargetError } from './target-error.js';
import { type TargetLinks, targetLinks } from './target-links.js';

/** Where several plans are run, and whom each of them tells. */
export interface RunPlansOptions {
  /**
   * A builder's address or name in buildx's store, one that was chosen from there, or an open
   * connection, which is kept. Default: the one that buildx would choose.
   */
  readonly builder?: WantedBuilder;
  /** What speaks gRPC to the builder, unless it is an open connection; default `WARMDOCK_GRPC`, else `builtin`. */
  readonly grpc?: OpenBuilderOptions['grpc'];
  /** The daemon to load into: its address, or an open connection. Default: as the docker CLI finds it. */
  readonly engine?: string | Engine | undefined;
  /** Called with all that is heard of a target. */
  readonly onTargetProgress?: ((target: string, progress: Progress) => void) | undefined;
  /** Called when a target's image is in the daemon, or its build has ended if it is not to be loaded. */
  readonly onTargetDone?: ((target: string, outcome: BuildOutcome) => void) | undefined;
  /** How many builds run and load at the same time, default 32. */
  readonly maxParallel?: number | undefined;
}

const targetSet = checks.acceptedBy('what planCompose or planBake gave', (value) =>
  Array.isArray((value as Partial<TargetSet> | undefined)?.targets),
);

const runChecks: Checks<RunPlansOptions> = {
  builder: checks.wantedBuilder,
  engine: checks.wantedEngine,
  grpc: checks.text,
  onTargetProgress: checks.callback,
  onTargetDone: checks.callback,
  maxParallel: checks.number,
};

/**
 * Builds the targets side by side on one connection, and loads each image when its own build is done.
 *
 * Directories of several targets are read and sent once. A target begins when those that it needs
 * are built; these are loaded when all that begin with them are built as well. The first failure stops
 * the others: `TargetError`, which names the target. What is loaded by then stays.
 */
export async function runPlans(
  set: TargetSet,
  options: RunPlansOptions = {},
  context: CallContext = {},
): Promise<ReadonlyMap<string, BuildOutcome>> {
  checkArgument('runPlans', 'set', set, targetSet);
  checkOptions('runPlans', options, runChecks);
  checkContext('runPlans', context);
  await using borrowed = borrowEngine(options.engine, context);
  const { engine } = borrowed;
  const { grpc } = options;
  const builder = await openBuilder(options.builder, engine, { grpc }, context);
  const plans = set.targets.map(({ plan }) => plan);
  const shared = shareContexts(plans, builder.buildkit, { env: context.env });
  const close = () => {
    shared.close();
    builder.close();
  };
  try {
    const pass = { builder, engine, shared, links: targetLinks(set) };
    const outcomes = await runAll(set, pass, options, context);
    // The builder may still ask for something while it records the builds.
    const answers = [...outcomes.values()].map(({ exporterResponse }) => exporterResponse);
    void Promise.allSettled(answers).then(close);
    return outcomes;
  } catch (error) {
    close();
    throw error;
  }
}

/** What the builds have in common. */
interface Pass {
  readonly builder: OpenBuilder;
  readonly engine: Engine;
  readonly shared: SharedContexts;
  readonly links: TargetLinks;
}

async function runAll(
  { targets }: TargetSet,
  pass: Pass,
  options: RunPlansOptions,
  context: CallContext,
): Promise<Map<string, BuildOutcome>> {
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  // Each build listens to it in several places.
  setMaxListeners(0, signal);
  const limit = new ConcurrencyLimit(options.maxParallel ?? 32);
  const outcomes = new Map<string, BuildOutcome>();
  let failure: TargetError | undefined;
  await Promise.all(
    targets.map(async (target) => {
      try {
        const onProgress = (progress: Progress) =>
          options.onTargetProgress?.(target.name, progress);
        const outcome = await runTarget(target, pass, limit, { ...context, signal, onProgress });
        outcomes.set(target.name, outcome);
        options.onTargetDone?.(target.name, outcome);
      } catch (error) {
        // Those that come after are ended by this one.
        failure ??= new TargetError(target.name, error);
        stop.abort(failure);
      }
    }),
  );
  if (failure) throw failure;
  return outcomes;
}

async function runTarget(
  { name, plan, dockerfile }: TargetPlan,
  { builder, engine, shared, links }: Pass,
  limit: ConcurrencyLimit,
  context: CallContext,
): Promise<BuildOutcome> {
  const needed = links.needed(name);
  const targets = await abortable(needed, `build of target ${name}`, context.signal);
  const release = await limit.take();
  const onResult = (result: FrontendResult) => {
    // Else those that need this one might wait for a slot in vain.
    release();
    return links.pass(name, result);
  };
  const linked = { shared, targets, ...(links.isLinked(name) && { onResult }) };
  const stdin = dockerfile === undefined ? undefined : pieces(dockerfile);
  try {
    return await runPlan(
      plan,
      { builder, engine },
      { ...linked, observesEagerly: true },
      { ...context, stdin },
    );
  } finally {
    release();
  }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

import { setMaxListeners } from 'node:events';
import {
  type BuildOutcome,
  type Checks,
  checkArgument,
  checkOptions,
  checks,
  connectEngine,
  type Engine,
  type OnProgress,
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  orCancelled,
  type Progress,
  resolveEngineEndpoint,
  runPlan,
  type SharedLocals,
  shareLocals,
  type WantedBuilder,
} from '@warmdock/core';
import type { TargetPlan, TargetSet } from '../targets/target-set.js';
import { type Links, linksOf } from './links.js';
import { Slots } from './slots.js';
import { TargetError } from './target-error.js';

export interface RunPlansOptions extends Pick<OpenBuilderOptions, 'grpc'> {
  /**
   * A builder's address or name in buildx's store, one that was chosen from there, or an open
   * connection, which is kept. Default: the one that buildx would choose.
   */
  readonly builder?: WantedBuilder;
  /** The daemon to load into: its address, or an open connection. Default: as the docker CLI finds it. */
  readonly engine?: string | Engine | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with what is heard of the builder itself: that it is booted. */
  readonly onBuilder?: OnProgress | undefined;
  /** Called with all that is heard of a target. */
  readonly onProgress?: ((target: string, progress: Progress) => void) | undefined;
  /** Called when a target's image is in the daemon, or its build has ended if it is not to be loaded. */
  readonly onDone?: ((target: string, outcome: BuildOutcome) => void) | undefined;
  /** How many builds run and load at the same time, default 32. */
  readonly maxParallel?: number | undefined;
}

const targetSet = checks.acceptedBy('what planCompose or planBake gave', (value) =>
  Array.isArray((value as Partial<TargetSet> | undefined)?.targets),
);

const runChecks: Checks<RunPlansOptions> = {
  builder: checks.wantedBuilder,
  engine: checks.wantedEngine,
  env: checks.mapOf(checks.text),
  signal: checks.signal,
  grpc: checks.text,
  onBuilder: checks.callback,
  onProgress: checks.callback,
  onDone: checks.callback,
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
): Promise<ReadonlyMap<string, BuildOutcome>> {
  checkArgument('runPlans', 'set', set, targetSet);
  checkOptions('runPlans', options, runChecks);
  const env = options.env ?? process.env;
  const engine =
    typeof options.engine === 'object'
      ? options.engine
      : connectEngine({ endpoint: resolveEngineEndpoint({ address: options.engine, env }) });
  const closeEngine = () => {
    if (engine !== options.engine) engine.close();
  };
  try {
    const builder = await openBuilder(options.builder, engine, env, {
      grpc: options.grpc,
      onProgress: options.onBuilder,
    });
    const plans = set.targets.map(({ plan }) => plan);
    const shared = shareLocals(plans, builder.buildkit, { env });
    const close = () => {
      shared.close();
      builder.close();
    };
    try {
      const pass = { builder, engine, env, shared, links: linksOf(set) };
      const outcomes = await runAll(set, pass, options);
      // The builder may still ask for something while it records the builds.
      const answers = [...outcomes.values()].map(({ exporterResponse }) => exporterResponse);
      void Promise.allSettled(answers).then(close);
      return outcomes;
    } catch (error) {
      close();
      throw error;
    }
  } finally {
    closeEngine();
  }
}

/** What the builds have in common. */
interface Pass {
  readonly builder: OpenBuilder;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly shared: SharedLocals;
  readonly links: Links;
}

async function runAll(
  { targets }: TargetSet,
  pass: Pass,
  options: RunPlansOptions,
): Promise<Map<string, BuildOutcome>> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  // Each build listens to it in several places.
  setMaxListeners(0, signal);
  const slots = new Slots(options.maxParallel ?? 32);
  const outcomes = new Map<string, BuildOutcome>();
  let failure: TargetError | undefined;
  await Promise.all(
    targets.map(async (target) => {
      try {
        const outcome = await runTarget(target, pass, slots, { ...options, signal });
        outcomes.set(target.name, outcome);
        options.onDone?.(target.name, outcome);
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
  { builder, engine, env, shared, links }: Pass,
  slots: Slots,
  { signal, onProgress }: RunPlansOptions,
): Promise<BuildOutcome> {
  const targets = await orCancelled(links.needed(name), `build of target ${name}`, signal);
  const release = await slots.take();
  try {
    return await runPlan(plan, builder, engine, {
      env,
      signal,
      shared,
      targets,
      asksAtOnce: true,
      ...(dockerfile !== undefined && { stdin: pieces(dockerfile) }),
      ...(onProgress && { onProgress: (progress: Progress) => onProgress(name, progress) }),
      ...(links.isLinked(name) && {
        onResult: (result) => {
          // Else those that need this one might wait for a slot in vain.
          release();
          return links.pass(name, result);
        },
      }),
    });
  } finally {
    release();
  }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

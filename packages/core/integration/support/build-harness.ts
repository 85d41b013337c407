import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { type BuildKit, type BuildKitOptions, buildKitOver } from '../../src/buildkit/buildkit.js';
import { chooseGrpcClient } from '../../src/buildkit/grpc-client.js';
import type { CallContext } from '../../src/call-context.js';
import { connectEngine, type Engine } from '../../src/engine/engine.js';
import { build } from '../../src/pipeline/build.js';
import type { BuildOutcome, LoadedBuild } from '../../src/pipeline/build-outcome.js';
import type { BuildRequest } from '../../src/pipeline/build-request.js';
import { addressIn, builderTransport } from '../../src/pipeline/builders/builder-transport.js';
import type { OpenBuilder } from '../../src/pipeline/builders/open-builder.js';
import type { BuildOptions } from '../../src/pipeline/plan/build-plan.js';
import { planBuild } from '../../src/pipeline/plan/plan-build.js';
import type { RunPlanOptions } from '../../src/pipeline/run-options.js';
import { runPlan } from '../../src/pipeline/run-plan.js';
import type { Progress } from '../../src/progress.js';
import type { Setting } from './settings.js';

/** A build's outcome with all that was told on the way. */
export interface Built extends LoadedBuild {
  readonly progress: readonly Progress[];
}

/** A builder and a daemon for one test, connected; what is built is removed with the test. */
export interface BuildHarness {
  readonly buildkit: BuildKit;
  readonly engine: Engine;
  /** Of the daemon. */
  readonly host: string;
  /** Builds under a name that only this test uses, unless `tags` says otherwise. */
  build(request: Omit<BuildRequest, 'engine'>, context?: CallContext): Promise<Built>;
  /** Runs the plan of these options, which has more options than a build, as `build` does. */
  run(
    options: Omit<BuildOptions, 'tags'>,
    running?: RunPlanOptions,
    context?: CallContext,
  ): Promise<Built>;
  /** Builds what is not loaded, under no name unless `tags` gives one. */
  export(request: Omit<BuildRequest, 'engine'>, context?: CallContext): Promise<BuildOutcome>;
}

/** Opens the builder and the daemon of a setting, or others at the given addresses. */
export function openBuildHarness(
  { builder, store }: Setting,
  {
    address = builder.address,
    host = useTestbed()[store].host,
    ...options
  }: BuildHarnessOptions = {},
): BuildHarness {
  const buildkit = builderAt(address, options);
  const engine = engineAt(host);
  const tag = newTag();
  return {
    buildkit,
    engine,
    host,
    async build(asked, context = {}) {
      const progress: Progress[] = [];
      const onProgress = (event: Progress) => {
        progress.push(event);
        context.onProgress?.(event);
      };
      const request = { tags: [tag], builder: buildkit, ...asked, engine };
      const outcome = await build(request, { env: cleanEnv(), ...context, onProgress });
      if (!isLoaded(outcome)) throw new Error('nothing was loaded');
      removeAfterTest(host, outcome.load.imageId);
      return { ...outcome, progress };
    },
    async run(asked, running, context) {
      const progress: Progress[] = [];
      const builder = opened(buildkit);
      const outcome = await runPlan(
        planBuild({ ...asked, tags: [newTag()] }),
        { builder, engine },
        running,
        { env: cleanEnv(), onProgress: (event) => progress.push(event), ...context },
      );
      if (!isLoaded(outcome)) throw new Error('nothing was loaded');
      removeAfterTest(host, outcome.load.imageId);
      return { ...outcome, progress };
    },
    async export(asked, context) {
      const request = { builder: buildkit, ...asked, engine };
      const outcome = await build(request, { env: cleanEnv(), ...context });
      if (!outcome.load) return outcome;
      removeAfterTest(host, outcome.load.imageId);
      throw new Error('the image was loaded');
    },
  };
}

function isLoaded(outcome: BuildOutcome): outcome is LoadedBuild {
  return outcome.load !== undefined;
}

/** As `openBuilder` gives it. */
function opened(buildkit: BuildKit): OpenBuilder {
  const builder = { buildkit, inEngine: false, close() {} };
  return { ...builder, [Symbol.asyncDispose]: async () => {} };
}

interface BuildHarnessOptions extends BuildKitOptions {
  readonly address?: string;
  readonly host?: string;
}

export function newTag(): string {
  return `it-${randomUUID()}:latest`;
}

/** Nothing of the caller's Docker settings; the key of this machine and the wanted gRPC client stay. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, WARMDOCK_GRPC } = process.env;
  return { PATH, HOME, WARMDOCK_GRPC, DOCKER_CONFIG: useTestbed().clients.configDir };
}

export function builderAt(address: string, options: BuildKitOptions = {}): BuildKit {
  const parsed = addressIn(address);
  // Of containers that builders run in.
  const env = { ...cleanEnv(), DOCKER_HOST: useTestbed().builder.host };
  if (!parsed) throw new Error(`not an address: ${address}`);
  const grpc = chooseGrpcClient(options.grpc, process.env);
  const buildkit = buildKitOver(builderTransport(parsed, { env }), { ...options, grpc });
  onTestFinished(() => buildkit.close());
  return buildkit;
}

export function engineAt(host: string): Engine {
  const engine = connectEngine(host);
  onTestFinished(() => engine.close());
  return engine;
}

function removeAfterTest(host: string, imageId: string): void {
  onTestFinished(async () => {
    const engine = connectEngine(host);
    await engine.removeImage(imageId, { force: true }).catch(() => {});
    engine.close();
  });
}

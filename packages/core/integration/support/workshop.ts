import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { type BuildCallOptions, build } from '../../src/build/build.js';
import type { BuildOptions } from '../../src/build/build-plan.js';
import type { ExportedBuild, LoadedBuild } from '../../src/build/build-result.js';
import { addressIn, builderTransport } from '../../src/build/builder-transport.js';
import { planBuild } from '../../src/build/plan-build.js';
import type { Progress } from '../../src/build/progress.js';
import { type RunPlanOptions, runPlan } from '../../src/build/run-plan.js';
import { type BuildKit, type BuildKitOptions, buildKitOver } from '../../src/buildkit/buildkit.js';
import { chooseGrpcClient } from '../../src/buildkit/grpc-client.js';
import { parseEngineAddress } from '../../src/engine/endpoint.js';
import { connectEngine, type Engine } from '../../src/engine/engine.js';
import type { Setting } from './settings.js';

/** A build's outcome with all that was told on the way. */
export interface Built extends LoadedBuild {
  readonly progress: readonly Progress[];
}

/** A builder and a daemon for one test, connected; what is built is removed with the test. */
export interface Workshop {
  readonly buildkit: BuildKit;
  readonly engine: Engine;
  /** Of the daemon. */
  readonly host: string;
  /** Builds under a name that only this test uses, unless `tags` says otherwise. */
  build(options: Omit<BuildCallOptions, 'engine'>): Promise<Built>;
  /** Runs the plan of these options, which has more options than a build, as `build` does. */
  run(options: Omit<BuildOptions, 'tags'>, running?: RunPlanOptions): Promise<Built>;
  /** Builds what is not loaded, under no name unless `tags` gives one. */
  export(options: Omit<BuildCallOptions, 'engine'>): Promise<ExportedBuild>;
}

/** Opens the builder and the daemon of a setting, or others at the given addresses. */
export function openWorkshop(
  { builder, store }: Setting,
  { address = builder.address, host = useTestbed()[store].host, ...options }: WorkshopOptions = {},
): Workshop {
  const buildkit = builderAt(address, options);
  const engine = engineAt(host);
  const tag = newTag();
  return {
    buildkit,
    engine,
    host,
    async build(asked) {
      const progress: Progress[] = [];
      const outcome = await build({
        tags: [tag],
        env: cleanEnv(),
        builder: buildkit,
        ...asked,
        engine,
        onProgress(event) {
          progress.push(event);
          asked.onProgress?.(event);
        },
      });
      if (!outcome.load) throw new Error('nothing was loaded');
      removeAfterTest(host, outcome.load.imageId);
      return { ...outcome, progress };
    },
    async run(asked, running) {
      const progress: Progress[] = [];
      const builder = { buildkit, inEngine: false, close: () => {} };
      const outcome = await runPlan(planBuild({ ...asked, tags: [newTag()] }), builder, engine, {
        env: cleanEnv(),
        onProgress: (event) => progress.push(event),
        ...running,
      });
      if (!outcome.load) throw new Error('nothing was loaded');
      removeAfterTest(host, outcome.load.imageId);
      return { ...outcome, progress };
    },
    async export(asked) {
      const outcome = await build({ env: cleanEnv(), builder: buildkit, ...asked, engine });
      if (!outcome.load) return outcome;
      removeAfterTest(host, outcome.load.imageId);
      throw new Error('the image was loaded');
    },
  };
}

interface WorkshopOptions extends BuildKitOptions {
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
  const engine = connectEngine({ endpoint: parseEngineAddress(host) });
  onTestFinished(() => engine.close());
  return engine;
}

function removeAfterTest(host: string, imageId: string): void {
  onTestFinished(async () => {
    const engine = connectEngine({ endpoint: parseEngineAddress(host) });
    await engine.removeImage(imageId, { force: true }).catch(() => {});
    engine.close();
  });
}

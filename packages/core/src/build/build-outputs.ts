import type { BuildKit } from '../buildkit/buildkit.js';
import type { Engine } from '../engine/engine.js';
import { WarmdockError } from '../errors.js';
import { inPlace } from './build-in-engine.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildOutcome } from './build-result.js';
import { loadImage } from './load-image.js';
import { type RunOutputsOptions, runOutputs } from './run-outputs.js';

/** Runs a plan with outputs, and loads the image if that is one of them; without a load no daemon is asked. */
export async function buildOutputs(
  plan: BuildPlan,
  builder: BuildKit,
  engine: Engine,
  options: RunOutputsOptions,
): Promise<BuildOutcome> {
  const { inEngine, signal, onProgress } = options;
  const isLoaded = plan.outputs?.some(({ type }) => type === 'load') ?? false;
  if (inEngine) await checkPush(plan, engine, options);
  const { loadable, ...exported } = await runOutputs(plan, builder, options);
  if (!isLoaded) return exported;
  if (!loadable) {
    if (!exported.digest)
      throw new WarmdockError('PROTOCOL', `builder ${builder.name} answered without an image`);
    const result = { ...exported, digest: exported.digest, content: builder.content };
    return inPlace(result, plan.tags, builder, engine, options);
  }
  try {
    return {
      ...loadable,
      load: await loadImage(loadable, engine, { signal, onProgress, env: options.env }),
    };
  } finally {
    await loadable.content[Symbol.asyncDispose]();
  }
}

/** The classic store's own exporter does not push. */
async function checkPush(
  { outputs = [] }: BuildPlan,
  engine: Engine,
  { signal }: RunOutputsOptions,
): Promise<void> {
  if (!outputs.some((output) => output.type === 'image' && output.push)) return;
  const { store } = await engine.info({ signal });
  if (store === 'containerd') return;
  throw new WarmdockError('UNSUPPORTED', 'the builder in this daemon cannot push an image', {
    hint: 'build without a push and then run docker push, or use another builder',
  });
}

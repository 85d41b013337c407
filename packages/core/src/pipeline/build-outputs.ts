import type { CallContext } from '../call-context.js';
import type { Engine } from '../engine/engine.js';
import { WarmdockError } from '../errors.js';
import { type ConnectedPlace, inPlace } from './build-in-engine.js';
import type { BuildOutcome } from './build-outcome.js';
import { loadImage } from './load/load-image.js';
import type { BuildPlan } from './plan/build-plan.js';
import type { RunOutputsOptions } from './run-options.js';
import { runOutputs } from './run-outputs.js';

/** Runs a plan with outputs, and loads the image if that is one of them; without a load no daemon is asked. */
export async function buildOutputs(
  plan: BuildPlan,
  place: ConnectedPlace,
  options: RunOutputsOptions,
  context: CallContext,
): Promise<BuildOutcome> {
  const { buildkit, engine } = place;
  const isLoaded = plan.outputs?.some(({ type }) => type === 'load') ?? false;
  if (options.inEngine) await checkPush(plan, engine, context);
  const { loadable, ...exported } = await runOutputs(plan, buildkit, options, context);
  if (!isLoaded) return exported;
  if (!loadable) {
    if (!exported.digest)
      throw new WarmdockError('PROTOCOL', `builder ${buildkit.name} answered without an image`);
    const result = { ...exported, digest: exported.digest, content: buildkit.content };
    return inPlace(result, plan.tags, place, context);
  }
  await using result = loadable;
  return { ...exported, ...result, load: await loadImage(result, engine, {}, context) };
}

/** The classic store's own exporter does not push. */
async function checkPush(
  { outputs = [] }: BuildPlan,
  engine: Engine,
  { signal }: CallContext,
): Promise<void> {
  if (!outputs.some((output) => output.type === 'image' && output.push)) return;
  const { store } = await engine.info({ signal });
  if (store === 'containerd') return;
  throw new WarmdockError('UNSUPPORTED', 'the builder in this daemon cannot push an image', {
    hint: 'build without a push and then run docker push, or use another builder',
  });
}

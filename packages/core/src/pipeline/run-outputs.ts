import { statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { BuildKit } from '../buildkit/buildkit.js';
import type { SessionStore } from '../buildkit/session/content-store.js';
import { exportStore } from '../buildkit/session/export-store.js';
import { type FileTarget, fileSend } from '../buildkit/session/file-send.js';
import type { CallContext } from '../call-context.js';
import { parseLayoutEntry, putInLayout } from '../content/layout-index.js';
import { openLayoutStore } from '../content/layout-store.js';
import { createSpoolStore } from '../content/spool-store.js';
import { WarmdockError } from '../errors.js';
import type { BuildOutcome } from './build-outcome.js';
import { fileTarget, streamTarget } from './file-targets.js';
import { openInputs } from './inputs/open-inputs.js';
import type { OpenedPlan } from './inputs/solve-input.js';
import type { BuildPlan } from './plan/build-plan.js';
import { type ChosenWays, chooseWays } from './plan/choose-ways.js';
import { type PlannedExport, type PlannedOutput, plannedExports } from './plan/exporters.js';
import { imageAttrs, isAttested } from './plan/image-exporter.js';
import { isLayout } from './plan/plan-outputs.js';
import { checkRun } from './request-checks.js';
import type { BuildResult } from './result/build-result.js';
import { builderContent } from './result/builder-content.js';
import { parseExporterResponse } from './result/exporter-response.js';
import { type DisposableSource, isSmall } from './result/temporary-source.js';
import { fallbacksOf, openAgain } from './result/ways/fallbacks.js';
import type { RunOutputsOptions } from './run-options.js';
import { runSolve } from './solve/run-solve.js';
import { addServices, type SolveServices } from './solve/solve-options.js';

/** What a plan with outputs gave. */
export interface OutputsResult extends BuildOutcome {
  /** The image to load, for a plan that says so; dispose of it after the load. */
  readonly loadable?: BuildResult & AsyncDisposable;
}

/**
 * Runs a plan with all of its outputs as one solve; what it loads is left to `loadImage`.
 *
 * Ends with the builder's answer: an image is pushed then, and every file in its place. Throws what
 * `runBuild` throws, `INVALID_ARGUMENT` for a destination that is of the wrong kind,
 * `PERMISSION_DENIED` for one that cannot be written, `UNSUPPORTED` when the builder made only some
 * of the outputs.
 */
export async function runOutputs(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunOutputsOptions = {},
  context: CallContext = {},
): Promise<OutputsResult> {
  checkRun('runOutputs', { plan, builder }, options, context);
  const exports = plannedExports(plan, options.inEngine ?? false);
  for (const { output } of exports) checkDestination(output);
  const ways = chooseWays(options, context.env ?? process.env);
  const opened = await openInputs(plan, builder, context);
  try {
    return await run(opened, builder, { ...options, exports, ways }, context);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

interface RequestedExports extends RunOutputsOptions {
  readonly ways: ChosenWays;
  readonly exports: readonly PlannedExport[];
}

async function run(
  opened: OpenedPlan,
  builder: BuildKit,
  { exports, ways, inEngine = false, attachables = [], spoolSizeBytes, ...links }: RequestedExports,
  context: CallContext,
): Promise<OutputsResult> {
  const { plan } = opened;
  const called = new Set<number>();
  const targets = targetsOf(exports, context.stdout ?? process.stdout);
  const layout = exports.find(({ output }) => isLayout(output))?.output;
  const isLoaded = !inEngine && (plan.outputs ?? []).some(({ type }) => type === 'load');
  const spool = isLoaded && isAttested(plan) && !layout ? await createSpoolStore() : undefined;
  const services = addServices(opened.services, { attachables });
  try {
    const exporters = [
      ...exports.map(({ exporter }) => exporter),
      ...(spool ? [{ type: 'oci', attrs: { ...imageAttrs(plan), tar: 'false' } }] : []),
    ];
    const receiving = addServices(services, {
      attachables: targets.size > 0 ? [fileSend(targets, (exporter) => called.add(exporter))] : [],
      stores: exportStores(spool, layout),
    });
    const solved = await runSolve(
      plan,
      builder,
      { exporters, services: receiving, links },
      context,
    );
    const { ref, answer, timingsMs } = solved;
    const response = await (opened.finish?.(answer) ?? answer);
    checkCalled([...targets.keys()], called, builder);
    if (layout) await finishLayout(layout, response, context);
    const image = hasImage(response) ? parseExporterResponse(response, builder.name) : undefined;
    const exporterResponse = Promise.resolve(response);
    const exported = { ref, tags: plan.tags, exporterResponse, timingsMs };
    if (!isLoaded) {
      await opened[Symbol.asyncDispose]();
      return { ...image, ...exported };
    }
    const repeatable = { plan, builder, solve: { services, links } };
    const content = builderContent(repeatable, { spool, inputs: opened, spoolSizeBytes }, context);
    const ofSolve = { ...parseExporterResponse(response, builder.name), ...exported };
    if (ways.first !== 'direct') {
      await using _ = content;
      const again = await openAgain(ways.first, repeatable, ways.repository, context);
      return { ...image, ...exported, loadable: { ...ofSolve, ...again } };
    }
    const loadable = {
      ...ofSolve,
      content,
      via: 'direct' as const,
      fallbacks: fallbacksOf(repeatable, ways, context),
      [Symbol.asyncDispose]: () => content[Symbol.asyncDispose](),
    };
    return { ...image, ...exported, loadable };
  } catch (error) {
    await spool?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** By the exporters' places in the solve. */
function targetsOf(
  exports: readonly PlannedExport[],
  stdout: Writable,
): ReadonlyMap<number, FileTarget> {
  return new Map(
    exports.flatMap(({ output }, at): [number, FileTarget][] => {
      if (!('dest' in output) || isLayout(output)) return [];
      if (output.type === 'local') return [[at, { kind: 'tree', directory: output.dest }]];
      return [[at, output.dest === '-' ? streamTarget(stdout) : fileTarget(output.dest)]];
    }),
  );
}

/** An image layout that is an output, or what is kept for the load. */
function exportStores(
  spool: (DisposableSource & Awaited<ReturnType<typeof createSpoolStore>>) | undefined,
  layout: PlannedOutput | undefined,
): SolveServices['stores'] {
  const all = new Map<string, SessionStore>();
  if (spool) all.set(exportStore, { sink: spool, wanted: isSmall });
  if (layout && 'dest' in layout) {
    const store = openLayoutStore(layout.dest);
    const wanted = async (blob: Parameters<typeof store.exists>[0]) => !(await store.exists(blob));
    all.set(exportStore, { source: store, sink: store, wanted });
  }
  return all;
}

/** Enters the image into the layout under its names, or as `latest`. */
async function finishLayout(
  layout: PlannedOutput,
  response: Readonly<Record<string, string>>,
  { signal, onProgress }: CallContext,
): Promise<void> {
  const described = response['containerimage.descriptor'];
  if (described === undefined || !('dest' in layout)) return;
  const entry = parseLayoutEntry(Buffer.from(described, 'base64').toString('utf8'));
  const names = response['image.name']?.split(',').filter((name) => name !== '') ?? [];
  const entered = names.length > 0 ? names.map((name) => ({ name })) : [{ tag: 'latest' }];
  const onUnlocked = (message: string) => onProgress?.({ type: 'notice', message });
  await putInLayout(layout.dest, entry, entered, { signal, onUnlocked });
}

/** BuildKit before 0.13 runs the first of several exporters, and says nothing about the others. */
function checkCalled(
  expected: readonly number[],
  called: ReadonlySet<number>,
  { name }: BuildKit,
): void {
  if (expected.every((exporter) => called.has(exporter))) return;
  throw new WarmdockError('UNSUPPORTED', `builder ${name} did not make all outputs`, {
    hint: 'give it one output at a time, or BuildKit 0.13 or later',
  });
}

function hasImage(response: Readonly<Record<string, string>>): boolean {
  return 'containerimage.digest' in response || 'containerimage.config.digest' in response;
}

/** What is there already must be of the right kind, before anything is built. */
function checkDestination(output: PlannedOutput): void {
  if (!('dest' in output) || output.dest === '-') return;
  const isThere = statSync(output.dest, { throwIfNoEntry: false });
  const needsDirectory = output.type === 'local' || isLayout(output);
  if (!isThere || isThere.isDirectory() === needsDirectory) return;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot write output ${output.dest}: it is ${needsDirectory ? 'no' : 'a'} directory`,
    { hint: 'give another dest' },
  );
}

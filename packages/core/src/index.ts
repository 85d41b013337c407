/*
 * What an orchestrator is written with. The parts that these calls are made of have entries of their own:
 * `./engine`, `./buildkit`, `./registry`, `./oci`, `./flags`.
 */

export { BuildError, type FailedStep } from './buildkit/build-error.js';
export type { BuildKit } from './buildkit/buildkit.js';
export {
  type ChooseBuilderOptions,
  type ChosenBuilder,
  explainBuilder,
} from './buildkit/buildx-store.js';
export type { CallContext } from './call-context.js';
export { type ConnectEngineOptions, connectEngine, type Engine } from './engine/engine.js';
export { type ErrorCode, type ErrorDetails, isWarmdockError, WarmdockError } from './errors.js';
export { build } from './pipeline/build.js';
export {
  buildForEngines,
  type EngineLoad,
  type EnginesOutcome,
} from './pipeline/build-for-engines.js';
export type { BuildOutcome, LoadedBuild } from './pipeline/build-outcome.js';
export type { BuildRequest, LoadingBuildRequest } from './pipeline/build-request.js';
export {
  type ConnectBuildKitOptions,
  connectBuildKit,
} from './pipeline/builders/connect-buildkit.js';
export { ContainerDown } from './pipeline/builders/container/container-down.js';
export {
  type NamedBuilder,
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  type WantedBuilder,
} from './pipeline/builders/open-builder.js';
export { callFrontend, type FrontendAnswer } from './pipeline/call-frontend.js';
export {
  type EngineObservation,
  type ObserveOptions,
  observeEngine,
} from './pipeline/compare/observe-engine.js';
export { type PlanLoadOptions, planLoad } from './pipeline/compare/plan-load.js';
export { loadImage } from './pipeline/load/load-image.js';
export type { LoadOptions } from './pipeline/load/load-options.js';
export type { BuildOptions, BuildPlan } from './pipeline/plan/build-plan.js';
export type { WayOptions } from './pipeline/plan/choose-ways.js';
export type { LoadPlan, LoadResult, Timings } from './pipeline/plan/load-plan.js';
export type { FailedWay, LoadWay } from './pipeline/plan/load-way.js';
export { planBuild } from './pipeline/plan/plan-build.js';
export {
  type InspectRegistryImageOptions,
  inspectRegistryImage,
  type RegistryImage,
} from './pipeline/pull/inspect-registry-image.js';
export { type PullOptions, pullImage } from './pipeline/pull/pull-image.js';
export { type PushOptions, type PushResult, pushImage } from './pipeline/push/push-image.js';
export type { BuildResult } from './pipeline/result/build-result.js';
export type { LoadableImage, LoadFallback } from './pipeline/result/loadable-image.js';
export type { Provenance } from './pipeline/result/provenance.js';
export { runBuild } from './pipeline/run-build.js';
export type { RunOptions, RunOutputsOptions, RunPlanOptions } from './pipeline/run-options.js';
export { type OutputsResult, runOutputs } from './pipeline/run-outputs.js';
export { type BuildPlace, runPlan } from './pipeline/run-plan.js';
export { type SharedContexts, shareContexts } from './pipeline/solve/shared-contexts.js';
export type { OnProgress, Progress } from './progress.js';

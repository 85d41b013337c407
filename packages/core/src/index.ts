export {
  type BuilderAddress,
  formatBuilderAddress,
  isBuilderAddress,
  parseBuilderAddress,
  type TlsFiles,
} from './buildkit/address.js';
export { BuildError, type FailedStep } from './buildkit/build-error.js';
export {
  type BuildKit,
  type BuildKitOptions,
  buildKitOver,
  type Worker,
} from './buildkit/buildkit.js';
export {
  type BuilderRule,
  type ChooseBuilderOptions,
  type ChosenBuilder,
  explainBuilder,
} from './buildkit/buildx-store.js';
export type { ContainerAddress } from './buildkit/container-address.js';
export { type DockerfileExcerpt, formatExcerpt } from './buildkit/dockerfile-excerpt.js';
export type { FrontendResult, FrontendState } from './buildkit/frontend-result.js';
export type { GrpcClient } from './buildkit/grpc-client.js';
export type { Attachable } from './buildkit/session/attachable.js';
export { sendsAttributes } from './buildkit/session/file-sync.js';
export type { SecretSource } from './buildkit/session/secrets.js';
export type { Session, SessionOptions } from './buildkit/session/session.js';
export type { CacheBackend, Exporter } from './buildkit/solve.js';
export type {
  ProgressGroup,
  SolveStatus,
  SourceInfo,
  SourcePosition,
  SourceRange,
  Timestamp,
  Vertex,
  VertexLog,
  VertexStatus,
  VertexWarning,
} from './buildkit/solve-status.js';
export { addressTransport, type BuilderTransport } from './buildkit/transport.js';
export type { CallContext } from './call-context.js';
export { abortable } from './content/abortable.js';
export type { CallOptions, ContentSource, ContentStore, Target } from './content/content.js';
export { dockerAliases } from './docker/aliases.js';
export { findCliPlugin } from './docker/cli-plugins.js';
export { isProgram } from './docker/is-program.js';
export { proxyBuildArgs } from './docker/proxy-build-args.js';
export type { ImageInspect } from './engine/answers/image-answers.js';
export type {
  ContainerState,
  ContainerSummary,
  RemoveContainerOptions,
} from './engine/containers.js';
export {
  type EngineEndpoint,
  formatEndpoint,
  parseEngineAddress,
} from './engine/endpoint/endpoint.js';
export { resolveEngineEndpoint } from './engine/endpoint/resolve-endpoint.js';
export { type ConnectEngineOptions, connectEngine, type Engine } from './engine/engine.js';
export type { EngineInfo } from './engine/info.js';
export { cancelled, type ErrorCode, isWarmdockError, messageOf, WarmdockError } from './errors.js';
export { parseGoBool } from './go-bool.js';
export { chainIdsOf } from './oci/chain-id.js';
export type { Descriptor } from './oci/descriptor.js';
export { type Digest, isDigest, parseDigest } from './oci/digest.js';
export { formatPlatform, type Platform, parsePlatform } from './oci/platform.js';
export { parseReference, type Reference } from './oci/reference.js';
export { checkArgument, checkOptions } from './options/check-options.js';
export type { Check, Checks } from './options/checks.js';
export { nearest } from './options/nearest.js';
export { build } from './pipeline/build.js';
export type { BuildOutcome, ExportedBuild, LoadedBuild } from './pipeline/build-outcome.js';
export type { BuildRequest, LoadingBuildRequest } from './pipeline/build-request.js';
export {
  addressIn,
  type BuilderTransportOptions,
  builderTransport,
  containerDaemon,
} from './pipeline/builders/builder-transport.js';
export {
  type ConnectBuildKitOptions,
  connectBuildKit,
} from './pipeline/builders/connect-buildkit.js';
export { ContainerDown, type DownState } from './pipeline/builders/container/container-down.js';
export type { Boot } from './pipeline/builders/container/container-transport.js';
export {
  type NamedBuilder,
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  type WantedBuilder,
} from './pipeline/builders/open-builder.js';
export { callFrontend, type FrontendAnswer } from './pipeline/call-frontend.js';
export { type CanBePulledOptions, canBePulled } from './pipeline/can-be-pulled.js';
export { checkContext } from './pipeline/checks/context.js';
export { type EngineObservation, observeEngine } from './pipeline/compare/observe-engine.js';
export { type PlanLoadOptions, planLoad } from './pipeline/compare/plan-load.js';
export { type HostAddresses, parseAddHost } from './pipeline/flags/add-host.js';
export {
  type Annotation,
  type AnnotationLevel,
  parseAnnotation,
} from './pipeline/flags/annotation.js';
export { type Attestation, parseAttestation } from './pipeline/flags/attestation.js';
export { type BuildContext, parseBuildContext } from './pipeline/flags/build-context.js';
export { type CacheOption, parseCacheOption } from './pipeline/flags/cache.js';
export { type Output, parseOutput } from './pipeline/flags/output.js';
export { parseSecretSpec } from './pipeline/flags/secret.js';
export { parseSize } from './pipeline/flags/size.js';
export { parseSsh, type SshSource } from './pipeline/flags/ssh.js';
export { parseUlimit, type Ulimit } from './pipeline/flags/ulimit.js';
export { loadImage } from './pipeline/load/load-image.js';
export type { LoadOptions } from './pipeline/load/load-options.js';
export type {
  BuildOptions,
  BuildPlan,
  LayerCompression,
  LocalDirectory,
  NetworkMode,
  OciLayoutContext,
} from './pipeline/plan/build-plan.js';
export { imageExporter } from './pipeline/plan/image-exporter.js';
export type { LoadOutcome, LoadPlan, LoadResult, Timings } from './pipeline/plan/load-plan.js';
export { planBuild } from './pipeline/plan/plan-build.js';
export { isRemote } from './pipeline/plan/remote-context.js';
export type { BuildResult, DisposableBuildResult } from './pipeline/result/build-result.js';
export type { Provenance } from './pipeline/result/provenance.js';
export { runBuild } from './pipeline/run-build.js';
export type { RunOptions, RunOutputsOptions, RunPlanOptions } from './pipeline/run-options.js';
export { type DisposableExport, runOutputs } from './pipeline/run-outputs.js';
export { type BuildPlace, runPlan } from './pipeline/run-plan.js';
export { type SharedContexts, shareContexts } from './pipeline/solve/shared-contexts.js';
export { validateLocalInputs } from './pipeline/solve/validate-local-inputs.js';
export { stateDirectory } from './pipeline/state/state-directory.js';
export { userDirectory } from './pipeline/state/user-directory.js';
export type { OnProgress, Progress } from './progress.js';
export * as checks from './public-checks.js';
export { WriteError } from './write-error.js';

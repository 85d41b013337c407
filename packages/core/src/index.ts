export { type HostAddresses, parseAddHost } from './build/add-host-spec.js';
export { type Annotation, type AnnotationLevel, parseAnnotation } from './build/annotation-spec.js';
export { type Attestation, parseAttest } from './build/attest-spec.js';
export { type BuildCallOptions, build, type LoadingBuildOptions } from './build/build.js';
export type {
  BuildOptions,
  BuildPlan,
  LayerCompression,
  LocalDirectory,
  NetworkMode,
  OciLayoutContext,
} from './build/build-plan.js';
export type {
  BuildOutcome,
  BuildResult,
  ExportedBuild,
  LoadedBuild,
} from './build/build-result.js';
export {
  addressIn,
  type BuilderTransportOptions,
  builderTransport,
  containerDaemon,
} from './build/builder-transport.js';
export { type CacheOption, parseCacheOption } from './build/cache-spec.js';
export { callFrontend, type FrontendAnswer } from './build/call-frontend.js';
export { type CanBePulledOptions, canBePulled } from './build/can-be-pulled.js';
export {
  type NamedBuilder,
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  type WantedBuilder,
} from './build/choose-builder.js';
export { ContainerDown, type DownState } from './build/container/container-down.js';
export type { Boot } from './build/container/container-transport.js';
export { type LoadOptions, loadImage } from './build/load-image.js';
export type { LoadOutcome, LoadPlan, LoadResult, Timings } from './build/load-plan.js';
export { type NamedContext, parseNamedContext } from './build/named-context-spec.js';
export { type EngineObservation, observeEngine } from './build/observe-engine.js';
export { type Output, parseOutput } from './build/output-spec.js';
export { planBuild } from './build/plan-build.js';
export { type PlanLoadOptions, planLoad } from './build/plan-load.js';
export type { OnProgress, Progress } from './build/progress.js';
export type { Provenance } from './build/provenance.js';
export { isRemote } from './build/remote-source.js';
export {
  imageExporter,
  type RunBuildOptions,
  type RunningResult,
  runBuild,
} from './build/run-build.js';
export { type RunningExport, type RunOutputsOptions, runOutputs } from './build/run-outputs.js';
export { type RunPlanOptions, runPlan } from './build/run-plan.js';
export { parseSecretSpec } from './build/secret-spec.js';
export { type SharedLocals, shareLocals } from './build/shared-locals.js';
export { parseSize } from './build/size-spec.js';
export { checkedSources } from './build/sources.js';
export { parseSsh, type SshSource } from './build/ssh-spec.js';
export { stateDirectory } from './build/state-directory.js';
export { parseUlimit, type Ulimit } from './build/ulimit-spec.js';
export { userDirectory } from './build/user-directory.js';
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
export { sendsAttributes } from './buildkit/session/file-sync.js';
export type { SecretSource } from './buildkit/session/secrets.js';
export type { Attachable, Session, SessionOptions } from './buildkit/session/session.js';
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
export type { CallOptions, ContentSource, ContentStore, Target } from './content/content.js';
export { orCancelled } from './content/or-cancelled.js';
export { dockerAliases } from './docker/aliases.js';
export { findCliPlugin } from './docker/cli-plugins.js';
export { isProgram } from './docker/is-program.js';
export { proxyBuildArgs } from './docker/proxy-build-args.js';
export type {
  ContainerState,
  ContainerSummary,
  RemoveContainerOptions,
} from './engine/containers.js';
export { type EngineEndpoint, formatEndpoint, parseEngineAddress } from './engine/endpoint.js';
export { connectEngine, type Engine } from './engine/engine.js';
export type { ImageInspect } from './engine/image-answers.js';
export type { EngineInfo } from './engine/info.js';
export { resolveEngineEndpoint } from './engine/resolve-endpoint.js';
export { cancelled, type ErrorCode, isWarmdockError, messageOf, WarmdockError } from './errors.js';
export { chainIdsOf } from './oci/chain-id.js';
export type { Descriptor } from './oci/descriptor.js';
export { type Digest, isDigest, parseDigest } from './oci/digest.js';
export { formatPlatform, type Platform, parsePlatform } from './oci/platform.js';
export { parseReference, type Reference } from './oci/reference.js';
export { checkArgument, checkOptions } from './options/check-options.js';
export type { Check, Checks } from './options/checks.js';
export * as checks from './public-checks.js';
export { WriteError } from './write-error.js';

/* `@warmdock/core/buildkit`: one BuildKit, its addresses, solves and sessions. */

export {
  type BuilderAddress,
  formatBuilderAddress,
  isBuilderAddress,
  parseBuilderAddress,
  type TlsFiles,
} from '../buildkit/address.js';
export type { BuildFailure } from '../buildkit/build-error.js';
export type { RecordedAttestation } from '../buildkit/build-record.js';
export {
  type BuildKit,
  type BuildKitOptions,
  buildKitOver,
  type Worker,
} from '../buildkit/buildkit.js';
export type { BuilderRule } from '../buildkit/buildx-store.js';
export type { ContainerAddress } from '../buildkit/container-address.js';
export type { BuildKitContent } from '../buildkit/content.js';
export { type DockerfileExcerpt, formatExcerpt } from '../buildkit/dockerfile-excerpt.js';
export type { ExportedImage } from '../buildkit/exported-image.js';
export type { FrontendResult, FrontendState } from '../buildkit/frontend-result.js';
export type { ChannelOptions, RequestTarget } from '../buildkit/grpc/channel.js';
export type { Metadata } from '../buildkit/grpc/metadata.js';
export type { Method, ServerCall } from '../buildkit/grpc/server.js';
export type { GrpcClient } from '../buildkit/grpc-client.js';
export type { KeepaliveOptions } from '../buildkit/http2/keepalive.js';
export type { Attachable } from '../buildkit/session/attachable.js';
export type { SecretSource } from '../buildkit/session/secrets.js';
export type { Session, SessionOptions } from '../buildkit/session/session.js';
export type {
  CacheBackend,
  Exporter,
  Solved,
  SolveOptions,
  SolveRequest,
} from '../buildkit/solve.js';
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
} from '../buildkit/solve-status.js';
export {
  addressTransport,
  type BuilderTransport,
  type OpenOptions,
} from '../buildkit/transport.js';
export {
  addressIn,
  type BuilderTransportOptions,
  builderTransport,
  containerDaemon,
} from '../pipeline/builders/builder-transport.js';
export type { DownState } from '../pipeline/builders/container/container-down.js';
export type { Boot } from '../pipeline/builders/container/container-transport.js';
export { imageExporter } from '../pipeline/plan/image-exporter.js';
export type { LinkedBuilds } from '../pipeline/solve/solve-options.js';
export type { WriteError } from '../write-error.js';

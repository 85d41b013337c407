/* `@warmdock/core/engine`: the Docker Engine API. */

export type { StoredLogin } from '../docker/config.js';
export type { ImageInspect, ImageSummary } from '../engine/answers/image-answers.js';
export type {
  ContainerState,
  ContainerSummary,
  RemoveContainerOptions,
} from '../engine/containers.js';
export {
  type EngineEndpoint,
  type EngineTls,
  formatEndpoint,
  parseEngineAddress,
} from '../engine/endpoint/endpoint.js';
export {
  type ResolveEndpointOptions,
  resolveEngineEndpoint,
} from '../engine/endpoint/resolve-endpoint.js';
export { type ConnectEngineOptions, connectEngine, type Engine } from '../engine/engine.js';
export type { ExecStream, ExplainEnd } from '../engine/exec-stream.js';
export type { HijackOptions } from '../engine/http/hijack.js';
export type { EngineLimits } from '../engine/http/limits.js';
export type { RemoveImageOptions } from '../engine/images.js';
export type { EngineInfo, EngineMachine, ImageStoreKind } from '../engine/info.js';
export type { LoadImagesOptions } from '../engine/load-images.js';
export type { EnginePing } from '../engine/ping.js';
export type { PushImageOptions } from '../engine/push-image.js';
export type { RegistryQuestionOptions } from '../engine/registry-question.js';
export type { TaggedImage } from '../pipeline/compare/observe-engine.js';

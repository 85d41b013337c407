export type { OnState } from './build/build-record.js';
export type { BuildRequest } from './build/build-request.js';
export { type BuildPhase, type BuildStatus, readBuildStatus } from './build/build-state.js';
export { cancelGoldenBuild } from './build/cancel-build.js';
export type { DaemonLauncher, LaunchOptions, RunningDaemon } from './build/daemon.js';
export { type DockerdOptions, dockerdLauncher } from './build/dockerd.js';
export type { ContainerdPlace, DockerdSetUp } from './build/dockerd-set-up.js';
export {
  type GoldenBuilds,
  type OpenBuildsOptions,
  openBuilds,
  type TriggerOptions,
} from './build/golden-builds.js';
export {
  type GoldenBuild,
  type GoldenBuildOptions,
  type ProjectBuild,
  runGoldenBuild,
} from './build/run-golden-build.js';
export { type Script, ScriptError, type ScriptOptions } from './build/script.js';
export type { ImageStore } from './data-root/tree.js';
export type * from './store/golden-store.js';
export { openStore } from './store/open-store.js';
export type {
  Content,
  PooledLayer,
  Probe,
  SealOptions,
  Snapshot,
  Strategy,
  StrategyName,
} from './strategy/strategy.js';
export { strategyNames } from './strategy/strategy.js';
export type { Hook, HookSecret, ProviderName } from './webhook/hook.js';
export {
  type ServeWebhooksOptions,
  serveWebhooks,
  type WebhookServer,
} from './webhook/serve-webhooks.js';
export {
  type WebhookAnswer,
  type WebhookHandler,
  type WebhookOptions,
  webhookHandler,
} from './webhook/webhook-handler.js';

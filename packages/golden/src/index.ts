export { cancelGoldenBuild } from './builds/cancel-build.js';
export type { DaemonLauncher, LaunchOptions, RunningDaemon } from './builds/daemon/daemon.js';
export { type DockerdOptions, dockerdLauncher } from './builds/daemon/dockerd.js';
export type { ContainerdPlace, DockerdSetUp } from './builds/daemon/dockerd-set-up.js';
export { type Script, ScriptError, type ScriptOptions } from './builds/daemon/script.js';
export {
  type GoldenBuilds,
  type OpenBuildsOptions,
  openBuilds,
  type TriggerOptions,
} from './builds/golden-builds.js';
export type { OnState } from './builds/records/build-record.js';
export type { BuildRequest } from './builds/records/build-request.js';
export {
  type BuildPhase,
  type BuildStatus,
  type LastError,
  readBuildStatus,
} from './builds/records/build-state.js';
export {
  type GoldenBuild,
  type GoldenBuildOptions,
  type ProjectBuild,
  runGoldenBuild,
} from './builds/run-golden-build.js';
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

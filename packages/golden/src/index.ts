export { cancelGoldenBuild } from './builds/cancel-build.js';
export type { DaemonLauncher, LaunchOptions, RunningDaemon } from './builds/daemon/daemon.js';
export { dockerdLauncher } from './builds/daemon/dockerd.js';
export type { ContainerdMode, DockerdOptions } from './builds/daemon/dockerd-plan.js';
export { type Script, ScriptError, type ScriptOptions } from './builds/daemon/script.js';
export {
  type GoldenBuilds,
  type OpenBuildsContext,
  type OpenBuildsOptions,
  openBuilds,
  type TriggerOptions,
} from './builds/golden-builds.js';
export type { OnState } from './builds/records/build-record.js';
export {
  type BuildPhase,
  type BuildStatus,
  type LastError,
  readBuildStatus,
} from './builds/records/build-state.js';
export type { QueuedBuild } from './builds/records/queued-build.js';
export {
  type GoldenBuild,
  type GoldenBuildContext,
  type GoldenBuildRequest,
  type ProjectBuild,
  runGoldenBuild,
} from './builds/run-golden-build.js';
export type { ImageStore } from './data-root/tree.js';
export type * from './store/golden-store.js';
export { openStore } from './store/open-store.js';
export { type StrategyName, strategyNames } from './strategy/strategy.js';
export {
  type ServeWebhooksOptions,
  serveWebhooks,
  type WebhookServer,
} from './webhook/serve-webhooks.js';
export type { ProviderName, WebhookConfig, WebhookSecret } from './webhook/webhook-config.js';
export {
  type WebhookAnswer,
  type WebhookContext,
  type WebhookHandler,
  type WebhookOptions,
  webhookHandler,
} from './webhook/webhook-handler.js';

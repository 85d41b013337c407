import type { Attachable } from '../../buildkit/session/attachable.js';
import { registryAuth } from '../../buildkit/session/auth.js';
import { fileSync } from '../../buildkit/session/file-sync.js';
import { buildSecrets } from '../../buildkit/session/secrets.js';
import type { OnProgress } from '../../progress.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { machineKey } from '../state/machine-key.js';

/** What the builder may ask of this side during the plan's build, and nothing more. */
export function sessionServices(
  plan: BuildPlan,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress | undefined,
): Attachable[] {
  return [
    fileSync(
      plan.locals,
      onProgress &&
        ((name, { files, bytes, wantedBytes }) =>
          onProgress({ type: 'context', name, files, sizeBytes: bytes, wantedBytes })),
    ),
    registryAuth({
      env,
      identityKey: () => Buffer.from(machineKey('registry-auth', env)),
      onLoginShared: (host) =>
        onProgress?.({
          type: 'notice',
          message: `registry ${host} takes no tokens; the builder received the login for it`,
        }),
    }),
    buildSecrets(plan.secrets, env),
  ];
}

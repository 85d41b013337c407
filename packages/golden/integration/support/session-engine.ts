import type { Clone } from '@warmdock/golden';
import {
  type Engine,
  type ImageStore,
  type OlderVersion,
  outputOf,
  runDocker,
  startEngine,
} from '@warmdock/testkit';

/** A daemon to run on sessions. */
export interface Daemon {
  store: ImageStore;
  version?: OlderVersion;
  /** Use an external containerd, which dockerd does not start. */
  hasExternalContainerd?: boolean;
}

/** Starts it on a session, with the mounts that the clone asks for. */
export function startSessionEngine(clone: Clone, daemon: Daemon): Promise<Engine> {
  const { dataRoot, containerdRoot, mounts } = clone;
  return startEngine({
    store: daemon.store,
    ...(daemon.version && { version: daemon.version }),
    ...(daemon.hasExternalContainerd && { containerdRoot }),
    dataRoot,
    mounts,
  });
}

/** Output of a docker command that succeeds. */
export function docker(engine: Engine, ...args: string[]): Promise<string> {
  return outputOf(runDocker(args, { host: engine.host }));
}

/** Removes all containers and stops the daemon, as before a promotion. */
export async function stopWithoutContainers(engine: Engine): Promise<void> {
  const containers = (await docker(engine, 'ps', '--all', '--quiet')).split('\n').filter(Boolean);
  if (containers.length > 0) await docker(engine, 'rm', '--force', '--volumes', ...containers);
  await engine.stop();
}

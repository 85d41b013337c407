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
  /** Has a containerd of its own, apart from dockerd. */
  apart?: boolean;
}

/** Starts it on a session, with the mounts that the clone asks for. */
export function startSessionEngine(clone: Clone, daemon: Daemon): Promise<Engine> {
  const { dataRoot, containerdRoot, mounts } = clone;
  return startEngine({
    store: daemon.store,
    ...(daemon.version && { version: daemon.version }),
    ...(daemon.apart && { containerdRoot }),
    dataRoot,
    mounts,
  });
}

/** Output of a docker command that succeeds. */
export function docker(engine: Engine, ...args: string[]): Promise<string> {
  return outputOf(runDocker(args, { host: engine.host }));
}

/** As before a promotion: no containers, no daemon. */
export async function quiesce(engine: Engine): Promise<void> {
  const containers = (await docker(engine, 'ps', '--all', '--quiet')).split('\n').filter(Boolean);
  if (containers.length > 0) await docker(engine, 'rm', '--force', '--volumes', ...containers);
  await engine.stop();
}

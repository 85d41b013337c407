/**
 * Boots sessions from goldens: a project's start-up script runs once, and every session's daemon starts
 * with what it left.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DaemonLauncher,
  type GoldenStore,
  runGoldenBuild,
  type Script,
} from '@warmdock/golden';

/** `launch` starts daemons where you want them: on this machine, in containers, in virtual machines. */
export function orchestrator(store: GoldenStore, launch: DaemonLauncher) {
  return {
    /** When the script fails, the project keeps the golden that it has. */
    prepare: (project: string, script: Script) =>
      runGoldenBuild({ store, project, script, daemon: launch }),

    /** Gives `use` a daemon of its own, for `DOCKER_HOST`; nothing of it stays. */
    async inSession<T>(
      project: string,
      session: string,
      use: (host: string) => Promise<T>,
    ): Promise<T> {
      const logs = await mkdtemp(join(tmpdir(), 'session-'));
      const clone = await store.clone({ project, session });
      try {
        const options = { signal: AbortSignal.timeout(60_000), logPath: join(logs, 'dockerd.log') };
        await using daemon = await launch(clone, options);
        return await use(daemon.host);
      } finally {
        // The daemon has ended: a session that somebody uses is not released.
        await store.release({ session });
        await rm(logs, { recursive: true });
      }
    },
  };
}

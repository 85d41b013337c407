import type { BuildKit } from '../../buildkit/buildkit.js';
import { fileSync } from '../../buildkit/session/file-sync.js';
import type { Session } from '../../buildkit/session/session.js';
import { checkArgument } from '../../options/check-options.js';
import { listOf } from '../../options/checks.js';
import { plan as aPlan, buildKit } from '../checks/instances.js';
import type { BuildPlan, LocalDirectory } from '../plan/build-plan.js';
import { contextKey } from '../state/context-key.js';

/** Directories that several builds read, each served to the builder by one session for them all. */
export interface SharedContexts extends AsyncDisposable {
  /** Absent for a directory that only one build reads. */
  sessionOf(local: LocalDirectory): Session | undefined;
  /** Call it when the last of the builds has ended, or hold it with `await using`. */
  close(): void;
}

/**
 * Shares what plans have in common, so that it is read and sent once.
 *
 * Two builds of one directory, side by side, would each send it: BuildKit lends its copy of a
 * directory to one session at a time.
 */
export function shareContexts(
  plans: readonly BuildPlan[],
  builder: BuildKit,
  { env = process.env }: { env?: NodeJS.ProcessEnv | undefined } = {},
): SharedContexts {
  checkArgument('shareContexts', 'plans', plans, listOf(aPlan));
  checkArgument('shareContexts', 'builder', builder, buildKit);
  const readers = new Map<string, number>();
  for (const local of plans.flatMap(({ locals }) => locals))
    readers.set(keyOf(local), (readers.get(keyOf(local)) ?? 0) + 1);
  const sessions = new Map<string, Session>();
  const close = () => {
    for (const session of sessions.values()) session.close();
  };
  return {
    sessionOf(local) {
      const key = keyOf(local);
      if ((readers.get(key) ?? 0) < 2) return undefined;
      const session =
        sessions.get(key) ??
        builder.startSession({
          attachables: [fileSync([local], undefined)],
          sharedKey: contextKey([local], env),
        });
      sessions.set(key, session);
      return session;
    },
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

function keyOf({ name, directory }: LocalDirectory): string {
  return `${name} ${directory}`;
}

import type { CallOptions } from '@warmdock/core/oci';
import type { GoldenStore } from '../store/golden-store.js';
import { readJournal } from '../store/records/journal.js';
import { projectPaths, storePaths } from '../store/records/paths.js';
import { isBuildSession } from './build-id.js';
import { removeRunFolder } from './daemon/run-folder.js';

/**
 * Releases the sessions of the project's golden builds that were killed. The caller holds the
 * project's build lock, so no other build of it runs.
 */
export async function releaseOrphanedSessions(
  store: GoldenStore,
  project: string,
  { signal }: CallOptions,
): Promise<void> {
  if (await isPromoting(store, project)) await store.recover({ signal });
  const { sessions } = await store.list({ signal });
  for (const { session, dataRoot, project: owner } of sessions) {
    if (owner !== project || !isBuildSession(session)) continue;
    await removeRunFolder(dataRoot);
    await store.release({ session }, { signal });
  }
}

/** Whether a promotion has begun and is not finished: then the session belongs to it. */
export async function isPromoting(
  { root }: GoldenStore,
  project: string,
  session?: string,
): Promise<boolean> {
  const journal = await readJournal(projectPaths(storePaths(root), project));
  return journal !== undefined && (session === undefined || journal.session === session);
}

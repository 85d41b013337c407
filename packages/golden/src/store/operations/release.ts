import type { CallOptions } from '@warmdock/core/oci';
import { assertNotInUse } from '../../data-root/in-use/assert-not-in-use.js';
import { exists } from '../fs/exists.js';
import type { SessionRequest } from '../golden-store.js';
import { parseName } from '../records/names.js';
import { treeOf } from '../records/paths.js';
import { assertSession, sessionFolder } from '../records/session.js';
import type { StoreContext } from './store-context.js';
import { deleteForGood, moveToTrashIfRoom } from './trash.js';

/** See `GoldenStore.release`. */
export async function release(
  context: StoreContext,
  { session: name }: SessionRequest,
  { signal }: CallOptions = {},
): Promise<void> {
  const session = parseName('session', name);
  // Releasing needs no record: it may be lost.
  await assertSession(context.paths, session);
  const folder = sessionFolder(context.paths, session);
  const operation = `releasing session ${session}`;
  if (await exists(treeOf(folder))) await assertNotInUse(treeOf(folder), operation, { signal });
  signal?.throwIfAborted();
  // From here on the session is gone: deleting its files ignores the signal.
  const place = await moveToTrashIfRoom(context, folder);
  context.onStep('release:discard');
  await deleteForGood(context, place);
  context.onStep('release:done');
}

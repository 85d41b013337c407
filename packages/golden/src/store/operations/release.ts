import { assertNotInUse } from '../../data-root/in-use/not-in-use.js';
import { exists } from '../fs/exists.js';
import type { SessionOptions } from '../golden-store.js';
import { checkedName } from '../records/names.js';
import { treeOf } from '../records/paths.js';
import { assertSession, sessionFolder } from '../records/session.js';
import type { StoreContext } from './context.js';
import { discardForShredding, shred } from './trash.js';

/** See `GoldenStore.release`. */
export async function release(
  context: StoreContext,
  { session: name, signal }: SessionOptions,
): Promise<void> {
  const session = checkedName('session', name);
  // Its record may be lost: it takes none to let go of a session.
  await assertSession(context.paths, session);
  const folder = sessionFolder(context.paths, session);
  const operation = `releasing session ${session}`;
  if (await exists(treeOf(folder))) await assertNotInUse(treeOf(folder), operation, { signal });
  signal?.throwIfAborted();
  // From here on it is gone, and what it leaves is deleted whatever the signal says.
  const place = await discardForShredding(context, folder);
  context.onStep('release:discard');
  await shred(context, place);
  context.onStep('release:done');
}

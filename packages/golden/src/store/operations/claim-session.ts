import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { hasCode } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { announceMaker, takeOverFromDeadMaker } from '../records/maker.js';
import { type Lease, makeSessionFolder, NEW, PARTIAL, sessionFolder } from '../records/session.js';
import type { StoreContext } from './store-context.js';
import { deleteForGood, removeIfExists } from './trash.js';

/** The name of a session that is being made: ours until it is disposed of or this process ends. */
export interface Claim extends AsyncDisposable {
  /** To be renamed when it is made. */
  readonly folder: string;
}

/**
 * Takes a session's name, and with it the lease on its generation; what a dead process began to make
 * does not keep it. Throws `CONFLICT` when the name is taken.
 */
export async function claimSession(context: StoreContext, lease: Lease): Promise<Claim> {
  const { paths } = context;
  const { session } = lease;
  const fresh = join(paths.sessions, `${NEW}${randomUUID()}`);
  const folder = join(paths.sessions, `${PARTIAL}${session}`);
  let maker: AsyncDisposable | undefined;
  try {
    maker = await makeSessionFolder(fresh, lease);
    if (await takeOverFromDeadMaker(folder, fresh)) await removeIfExists(context, folder);
    await renameUnlessTaken(fresh, folder, session);
  } catch (error) {
    await maker?.[Symbol.asyncDispose]();
    await removeIfExists(context, fresh);
    throw error;
  }
  if (!(await exists(sessionFolder(paths, session)))) return { ...maker, folder };
  await removeIfExists(context, folder);
  await maker[Symbol.asyncDispose]();
  throw taken(session);
}

/** A folder that says that we live, for as long as we take over what others left: in the trash from the start. */
export async function announceTakeover(context: StoreContext): Promise<Claim> {
  const folder = join(context.paths.trash, randomUUID());
  await mkdir(folder, { mode: 0o700 });
  const maker = await announceMaker(folder);
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await maker[Symbol.asyncDispose]();
      await deleteForGood(context, folder);
    },
  };
}

async function renameUnlessTaken(from: string, to: string, session: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw hasCode(error, 'ENOTEMPTY', 'EEXIST') ? taken(session) : error;
  }
}

function taken(session: string): WarmdockError {
  return new WarmdockError('CONFLICT', `session ${session} exists already`, {
    hint: `Take another name, or end it: \`warmdock golden release ${session}\`.`,
  });
}

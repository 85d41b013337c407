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

/**
 * The claimed name of a session that is being made, until it is disposed of or this process ends.
 */
export interface Claim extends AsyncDisposable {
  /** The folder to rename once the session is made. */
  readonly folder: string;
}

/**
 * Claims a session's name, and with it the lease on its generation. Takes the name over from a dead
 * process. Throws `CONFLICT` when the name is taken.
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

/** A folder in the trash that shows that we live, while we take over what dead processes left. */
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

import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import { z } from 'zod';
import { exists } from '../fs/exists.js';
import { readLinkRecord, writeLinkRecord } from './link-record.js';
import { announceMaker, isMakerAlive } from './maker.js';
import { generationNumber } from './manifest.js';
import { isName } from './names.js';
import { bootId } from './owner.js';
import type { StorePaths } from './paths.js';

/**
 * A session's record, in `lease` beside its tree. It exists before the tree and is the lease on the
 * generation: as long as the folder exists, gc sees what it was made from.
 */
export const sessionSchema = z.object({
  format: z.literal(1),
  session: z.string().refine(isName),
  project: z.string().refine(isName),
  generation: generationNumber.optional(),
  createdAt: z.iso.datetime(),
  /** The boot in which it was made: after a restart, part of its tree may be missing. */
  bootId: z.string(),
});

export type Session = z.infer<typeof sessionSchema>;

export type Lease = Pick<Session, 'project' | 'session' | 'generation'>;

/** Prefixes of sessions that are being made; names of sessions cannot begin with a dot. */
export const PARTIAL = '.partial-';
export const NEW = '.new-';

export const sessionFolder = ({ sessions }: StorePaths, session: string): string =>
  join(sessions, session);

export const sessionRecord = (folder: string): string => join(folder, 'lease');

/**
 * Makes a session's folder with its record; the parent must exist. Others see that we make it until
 * the result is disposed of: see `maker.ts`.
 */
export async function makeSessionFolder(folder: string, lease: Lease): Promise<AsyncDisposable> {
  const createdAt = new Date().toISOString();
  const record: Session = { format: 1, ...lease, createdAt, bootId: bootId() };
  await mkdir(folder, { mode: 0o711 });
  const maker = await announceMaker(folder);
  try {
    await writeLinkRecord(sessionRecord(folder), record);
    return maker;
  } catch (error) {
    await maker[Symbol.asyncDispose]();
    throw error;
  }
}

/** Throws `NOT_FOUND`, and `CONFLICT` when it is not a folder. */
export async function assertSession(paths: StorePaths, session: string): Promise<void> {
  const folder = sessionFolder(paths, session);
  const stat = await lstat(folder).catch(() => undefined);
  if (stat?.isDirectory()) return;
  throw new WarmdockError(
    stat === undefined ? 'NOT_FOUND' : 'CONFLICT',
    stat === undefined ? `no session ${session} in ${paths.root}` : `${folder} is no session`,
    { hint: '`warmdock golden list` shows the sessions.' },
  );
}

/** Throws `NOT_FOUND`, and `CONFLICT` when it is no session or its record cannot be read. */
export async function existingSession(paths: StorePaths, session: string): Promise<Session> {
  await assertSession(paths, session);
  const folder = sessionFolder(paths, session);
  const record = await readLinkRecord(sessionRecord(folder), sessionSchema);
  if (record !== undefined) return record;
  throw new WarmdockError('CONFLICT', `session ${session} has no record in ${folder}`, {
    hint: `Release it: \`warmdock golden release ${session}\`.`,
  });
}

/** Whether it is older than the last boot. */
export const isOfEarlierBoot = (session: Session): boolean => session.bootId !== bootId();

/** Sessions, and those whose record cannot be read, one line each. */
export interface Sessions {
  readonly sessions: readonly Session[];
  readonly unreadable: readonly string[];
}

/**
 * All sessions, those being made first: one that is completed meanwhile is seen in one place or the
 * other. Nothing may be deleted without knowing all leases.
 */
export async function allSessions(paths: StorePaths): Promise<Sessions> {
  const partial = await readAll(paths, (name) => name.startsWith(PARTIAL));
  const complete = await completeSessions(paths);
  return {
    sessions: [...partial.sessions, ...complete.sessions],
    unreadable: [...partial.unreadable, ...complete.unreadable],
  };
}

export function completeSessions(paths: StorePaths): Promise<Sessions> {
  return readAll(paths, isName);
}

async function readAll(paths: StorePaths, wanted: (name: string) => boolean): Promise<Sessions> {
  const names = (await readdir(paths.sessions)).filter(wanted).sort();
  const read = await Promise.all(names.map((name) => readOne(paths, name)));
  return {
    sessions: read.filter((one) => typeof one === 'object'),
    unreadable: read.filter((one) => typeof one === 'string'),
  };
}

/** `undefined` for one that is gone by now. */
async function readOne(paths: StorePaths, name: string): Promise<Session | string | undefined> {
  const folder = join(paths.sessions, name);
  try {
    const record = await readLinkRecord(sessionRecord(folder), sessionSchema);
    if (record !== undefined) return record;
    // What a dead process began to make leases nothing.
    const isGone = name.startsWith(PARTIAL)
      ? !(await isMakerAlive(folder))
      : !(await exists(folder));
    return isGone ? undefined : `sessions/${name}: it has no record; release it`;
  } catch (error) {
    return (await exists(folder)) ? `sessions/${name}: ${messageOf(error)}; release it` : undefined;
  }
}

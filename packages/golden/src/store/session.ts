import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { z } from 'zod';
import { generationNumber } from './manifest.js';
import { isName } from './names.js';
import { ownerOfThisProcess, ownerSchema } from './owner.js';
import type { StorePaths } from './paths.js';
import { readJson } from './read-json.js';
import { writeJson } from './write-json.js';

/**
 * What a session is, in `session.json` beside its tree. It is there before the tree, and is the lease
 * on its generation: as long as a session's folder exists, gc sees what it was made from.
 */
export const sessionSchema = z.object({
  format: z.literal(1),
  session: z.string().refine(isName),
  project: z.string().refine(isName),
  generation: generationNumber.optional(),
  createdAt: z.iso.datetime(),
  /** Who makes the clone; of no meaning once it is made. */
  owner: ownerSchema,
});

export type Session = z.infer<typeof sessionSchema>;

/** Sessions cannot begin with a dot: under these names clones are being made. */
export const PARTIAL = '.partial-';
export const NEW = '.new-';

export const sessionFolder = ({ sessions }: StorePaths, session: string): string =>
  join(sessions, session);

export const sessionRecord = (folder: string): string => join(folder, 'session.json');

export function readSession(folder: string): Promise<Session | undefined> {
  return readJson(sessionRecord(folder), sessionSchema);
}

/** Makes a session's folder with its record, owned by this process; the parent must be there. */
export async function makeSessionFolder(
  folder: string,
  lease: Pick<Session, 'project' | 'session' | 'generation'>,
): Promise<void> {
  const owner = ownerOfThisProcess();
  const record: Session = { format: 1, createdAt: new Date().toISOString(), owner, ...lease };
  await mkdir(folder, { mode: 0o711 });
  await writeJson(sessionRecord(folder), record, { durable: false });
}

/** Throws `NOT_FOUND`, and `CONFLICT` when it is not a folder. */
export async function existingSession(paths: StorePaths, session: string): Promise<Session> {
  const folder = sessionFolder(paths, session);
  const stat = await lstat(folder).catch(() => undefined);
  const record = stat?.isDirectory() ? await readSession(folder) : undefined;
  if (record !== undefined) return record;
  throw new WarmdockError(
    stat === undefined ? 'NOT_FOUND' : 'CONFLICT',
    stat === undefined ? `no session ${session} in ${paths.root}` : `${folder} is no session`,
    { hint: '`warmdock golden list` shows the sessions.' },
  );
}

/**
 * Every session there is, those that are being made first: one that ends being made meanwhile is seen
 * in one place or the other. Throws `CONFLICT` for a record that cannot be read: who does not know
 * all leases must not delete.
 */
export async function allSessions(paths: StorePaths): Promise<readonly Session[]> {
  const partial = await readAll(paths, (name) => name.startsWith(PARTIAL));
  const complete = await readAll(paths, isName);
  return [...partial, ...complete];
}

export async function completeSessions(paths: StorePaths): Promise<readonly Session[]> {
  return readAll(paths, isName);
}

async function readAll(paths: StorePaths, wanted: (name: string) => boolean): Promise<Session[]> {
  const names = (await readdir(paths.sessions)).filter(wanted).sort();
  const read = await Promise.all(names.map((name) => readSession(join(paths.sessions, name))));
  return read.filter((session) => session !== undefined);
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A part of the repository, and everything but `node:` modules and itself that it may import. */
export interface Part {
  /** A folder without its rooms that are parts themselves, or a single file. */
  readonly at: string;
  /** Names of parts, of npm packages, and of workspace packages with their entries. */
  readonly uses: readonly string[];
}

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The rooms of a package as parts: by folder or file below `root`, what each may import. Names of other
 * rooms of the same package stand as they are in the table, all else by its own name.
 */
export function rooms(
  name: string,
  root: string,
  table: Readonly<Record<string, readonly string[]>>,
): Record<string, Part> {
  const partOf = (use: string) => (use in table ? `${name}/${use}` : use);
  return Object.fromEntries(
    Object.entries(table).map(([room, uses]) => [
      `${name}/${room}`,
      { at: placeOf(root, room), uses: uses.map(partOf) },
    ]),
  );
}

/** A room is a folder, or the file of that name. */
function placeOf(root: string, room: string): string {
  const path = room === '.' ? root : `${root}/${room}`;
  return existsSync(`${repository}/${path}.ts`) ? `${path}.ts` : path;
}

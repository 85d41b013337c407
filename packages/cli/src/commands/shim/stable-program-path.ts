import { realpathSync } from 'node:fs';

/** Where package managers keep versions side by side, and the link of theirs to the one in use. */
const links: readonly [version: RegExp, link: string][] = [
  // Homebrew.
  [/\/Cellar\/(node(?:@\d+)?)\/[^/]+\//, '/opt/$1/'],
  [/^\/snap\/([^/]+)\/\d+\//, '/snap/$1/current/'],
];

/** A path by which the program can be found after its next update, too: the path itself where none is known. */
export function stableProgramPath(program: string): string {
  for (const [version, link] of links) {
    const path = program.replace(version, link);
    if (path !== program && realpathOf(path) === program) return path;
  }
  return program;
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

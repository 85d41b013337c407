import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The Debian archive that this machine's own apt sources name; updates apt's lists when they are
 * missing. Throws when the sources name none.
 */
export async function debianMirror(): Promise<string> {
  const known = pickMirror(await indexTargets());
  if (known !== undefined) return known;
  await run('apt-get', ['update']);
  const mirror = pickMirror(await indexTargets());
  if (mirror === undefined) throw new Error('no Debian archive among the sources of apt');
  return mirror;
}

/** Origin and label come from the downloaded lists: without lists there are no lines. */
async function indexTargets(): Promise<string> {
  const format = '$(ORIGIN) $(LABEL) $(REPO_URI)';
  return (await run('apt-get', ['indextargets', '--format', format])).stdout;
}

/** `targets`: lines of "origin label uri"; security archives carry another label. */
export function pickMirror(targets: string): string | undefined {
  return /^Debian Debian (\S+)$/m.exec(targets)?.[1];
}

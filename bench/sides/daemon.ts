import { type EngineInfo, runDocker } from '@warmdock/testkit';

type Daemon = Pick<EngineInfo, 'host'>;

/** The id of the image that a tag names. Throws when it names none. */
export async function imageUnder(daemon: Daemon, tag: string): Promise<string> {
  return (await docker(daemon, 'image', 'inspect', '--format', '{{.Id}}', tag)).trim();
}

/**
 * Puts `tag` back on image `id` and removes the image that it has named since, so that the next
 * measurement finds the daemon as this one did. With `changed`, throws when there was no other one.
 */
export async function restoreTag(
  daemon: Daemon,
  tag: string,
  id: string,
  { changed = false } = {},
): Promise<void> {
  const current = await imageUnder(daemon, tag);
  if (current === id) {
    if (changed) throw new Error(`${tag} still names the image of before`);
    return;
  }
  await docker(daemon, 'tag', id, tag);
  await docker(daemon, 'image', 'rm', '--force', current);
}

/** Writes the image that a tag names to an archive for `docker load`. */
export async function saveImage(daemon: Daemon, tag: string, archive: string): Promise<void> {
  await docker(daemon, 'image', 'save', '--output', archive, tag);
}

export async function removeTags(daemon: Daemon, tags: readonly string[]): Promise<void> {
  await docker(daemon, 'image', 'rm', '--force', ...tags);
}

/** Throws unless so many containers run; ends them. */
export async function checkRunning(daemon: Daemon, count: number): Promise<void> {
  const running = (await docker(daemon, 'ps', '--quiet')).split('\n').filter(Boolean);
  if (running.length !== count) throw new Error(`${running.length} containers run, not ${count}`);
  await docker(daemon, 'rm', '--force', ...running);
}

async function docker({ host }: Daemon, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runDocker(args, { host });
  if (exitCode !== 0) throw new Error(`docker ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

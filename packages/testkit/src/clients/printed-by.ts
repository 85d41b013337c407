import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './run-command.js';
import { runDocker } from './run-docker.js';

/**
 * What a command prints in a container of an image that has busybox, as root.
 *
 * By way of a file in the container: a busy daemon loses the output of one that ends at once.
 */
export async function printedBy(
  host: string,
  image: string,
  command: readonly string[],
  flags: readonly string[] = [],
): Promise<string> {
  const docker = (...args: string[]) => outputOf(runDocker(args, { host }));
  const name = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), 'warmdock-printed-'));
  const printed = join(folder, 'stdout');
  const started = ['--name', name, '--network', 'none', '--user', '0', ...flags, image];
  try {
    await docker('run', ...started, 'busybox', 'sh', '-c', 'exec "$@" >/stdout', 'sh', ...command);
    await docker('cp', `${name}:/stdout`, printed);
    return await readFile(printed, 'utf8');
  } finally {
    await docker('rm', '--force', name);
    await rm(folder, { recursive: true });
  }
}

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectImage, outputOf, runCommand, runDocker } from '@warmdock/testkit';
import { temporaryFolder } from './context.js';

/** What the daemon itself says of an image. */
export interface Inspected {
  readonly Id: string;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: {
    readonly Labels?: Readonly<Record<string, string>>;
    readonly Env?: readonly string[];
  };
}

/** Asks the daemon itself; `undefined` when it has no such image. */
export async function inspect(host: string, image: string): Promise<Inspected | undefined> {
  return (await inspectImage(host, image)) as Inspected | undefined;
}

/**
 * Runs an image that has busybox, as root, and returns what it prints.
 *
 * By way of a file in the container: a busy daemon loses the output of one that ends at once.
 */
export async function run(host: string, image: string, ...command: string[]): Promise<string> {
  const printed = join(temporaryFolder(), 'stdout');
  const container = randomUUID();
  const flags = ['--name', container, '--network', 'none', '--user', '0'];
  const shell = ['busybox', 'sh', '-c', 'exec "$@" >/stdout', 'sh'];
  await outputOf(runDocker(['run', ...flags, image, ...shell, ...command], { host }));
  await outputOf(runDocker(['cp', `${container}:/stdout`, printed], { host }));
  await outputOf(runDocker(['rm', container], { host }));
  return readFileSync(printed, 'utf8');
}

/** The image's file system as a folder, whether or not it can run. */
export async function unpacked(host: string, image: string): Promise<string> {
  const folder = temporaryFolder();
  const archive = join(folder, 'image.tar');
  const created = await outputOf(runDocker(['create', image, 'none'], { host }));
  const container = created.trim();
  await outputOf(runDocker(['export', '--output', archive, container], { host }));
  await outputOf(runDocker(['rm', container], { host }));
  await outputOf(
    runCommand(['tar', '-xf', archive, '-C', folder], { env: { PATH: '/usr/bin:/bin' } }),
  );
  return folder;
}

/** The text of one file of the image. */
export async function fileOf(host: string, image: string, path: string): Promise<string> {
  return readFileSync(join(await unpacked(host, image), path), 'utf8');
}

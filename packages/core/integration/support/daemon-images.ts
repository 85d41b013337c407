import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectImage, outputOf, printedBy, runCommand, runDocker } from '@warmdock/testkit';
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

/** Runs an image and returns what it prints. */
export function run(host: string, image: string, ...command: string[]): Promise<string> {
  return printedBy(host, image, command);
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

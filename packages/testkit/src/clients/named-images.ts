import { outputOf } from './run-command.js';
import { runDocker } from './run-docker.js';

/** The images whose names contain the text: the ID, which in the classic store is the config's digest, by name. */
export async function imagesOf(host: string, text: string): Promise<Record<string, string>> {
  const format = '{{.Repository}}:{{.Tag}} {{.ID}}';
  const list = ['image', 'ls', '--no-trunc', '--format', format];
  const lines = (await outputOf(runDocker(list, { host }))).split('\n');
  const pairs = lines.filter((line) => line.includes(text)).map((line) => line.split(' '));
  return Object.fromEntries(pairs.sort());
}

/** Removes those names, and the images with their last one. */
export async function removeImages(host: string, text: string): Promise<void> {
  const names = Object.keys(await imagesOf(host, text));
  if (names.length > 0) await outputOf(runDocker(['image', 'rm', '--force', ...names], { host }));
}

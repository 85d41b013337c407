import { outputOf, runDocker } from '@warmdock/testkit';

/** The images under names of a project: the ID, which in the classic store is the config's digest, by name. */
export async function imagesOf(host: string, project: string): Promise<Record<string, string>> {
  const format = '{{.Repository}}:{{.Tag}} {{.ID}}';
  const list = ['image', 'ls', '--no-trunc', '--format', format];
  const lines = (await outputOf(runDocker(list, { host }))).split('\n');
  const pairs = lines.filter((line) => line.includes(project)).map((line) => line.split(' '));
  return Object.fromEntries(pairs.sort());
}

export async function removeImages(host: string, project: string): Promise<void> {
  const names = Object.keys(await imagesOf(host, project));
  if (names.length > 0) await outputOf(runDocker(['image', 'rm', '--force', ...names], { host }));
}

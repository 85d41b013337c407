import { outputOf, runDocker } from '@warmdock/testkit';

/** The IDs of what is held under names of a project, by name; in the classic store that is the config's digest. */
export async function imagesOf(host: string, project: string): Promise<Record<string, string>> {
  const format = '{{.Repository}}:{{.Tag}} {{.ID}}';
  const list = ['image', 'ls', '--no-trunc', '--format', format];
  const lines = (await outputOf(runDocker(list, { host }))).split('\n');
  const pairs = lines.filter((line) => line.includes(project)).map((line) => line.split(' '));
  return Object.fromEntries(pairs.sort());
}

export async function removeImages(host: string, project: string): Promise<void> {
  const ids = Object.keys(await imagesOf(host, project));
  if (ids.length > 0) await outputOf(runDocker(['image', 'rm', '--force', ...ids], { host }));
}

/**
 * What the images of a project are, by name, whichever store holds them: what docker tells of their
 * configs and layers.
 */
export async function contentsOf(host: string, project: string): Promise<Record<string, object>> {
  const names = Object.keys(await imagesOf(host, project));
  if (names.length === 0) return {};
  const inspected = JSON.parse(await outputOf(runDocker(['image', 'inspect', ...names], { host })));
  const contents = inspected.map((image: Record<string, unknown>, at: number) => {
    const { Architecture, Variant, Os, Created, Author, Config, RootFS } = image;
    return [names[at], { Architecture, Variant, Os, Created, Author, Config, RootFS }];
  });
  return Object.fromEntries(contents);
}

import { imagesOf, outputOf, runDocker } from '@warmdock/testkit';

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

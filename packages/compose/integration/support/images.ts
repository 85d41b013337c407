import { imagesOf, inspectImage } from '@warmdock/testkit';

/**
 * What the images of a project are, by name, whichever store holds them: what docker reports of their
 * configs and layers.
 */
export async function contentsOf(host: string, project: string): Promise<Record<string, object>> {
  const contents: Record<string, object> = {};
  for (const name of Object.keys(await imagesOf(host, project))) {
    const image = await inspectImage(host, name);
    const { Architecture, Variant, Os, Created, Author, Config, RootFS } = image ?? {};
    contents[name] = { Architecture, Variant, Os, Created, Author, Config, RootFS };
  }
  return contents;
}

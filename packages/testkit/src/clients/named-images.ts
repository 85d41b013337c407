import { askEngine, askedOf } from './engine-api.js';

interface Summary {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
}

/** The images whose names contain the text: the ID, which in the classic store is the config's digest, by name. */
export async function imagesOf(host: string, text: string): Promise<Record<string, string>> {
  const summaries = (await askedOf(askEngine(host, '/images/json'))) as Summary[];
  const pairs = summaries.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((tag) => [tag, Id]));
  return Object.fromEntries(pairs.filter(([tag]) => tag?.includes(text)).sort());
}

/** Removes those names, and the images with their last one. */
export async function removeImages(host: string, text: string): Promise<void> {
  for (const name of Object.keys(await imagesOf(host, text))) await removeImage(host, name);
}

/** Removes the name, and the image with its last one; an ID stands for all names. It need not be there. */
export async function removeImage(host: string, name: string): Promise<void> {
  const { status, body } = await askEngine(host, `/images/${name}?force=true`, 'DELETE');
  if (status >= 400 && status !== 404)
    throw new Error(`the daemon keeps ${name}: ${status} ${JSON.stringify(body)}`);
}

/** What the daemon tells of an image; `undefined` when it has none of that name or ID. */
export async function inspectImage(
  host: string,
  name: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await askEngine(host, `/images/${name}/json`);
  if (answer.status === 404) return undefined;
  return (await askedOf(Promise.resolve(answer))) as Record<string, unknown>;
}

/** What the daemon calls the image of that name; `undefined` when it has none. */
export async function imageIdOf(host: string, name: string): Promise<string | undefined> {
  return (await inspectImage(host, name))?.Id as string | undefined;
}

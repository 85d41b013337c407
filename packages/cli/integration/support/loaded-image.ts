import { request } from 'node:http';
import { json } from 'node:stream/consumers';

/** What is in an image, whichever build made it. */
export interface LoadedImage {
  /** What the daemon calls it. */
  readonly id: string;
  /**
   * The ID with the classic store. With the containerd store, where attestations that tell the time
   * are a part of the image, each of its manifests: the digest of an image, the fact of an attestation.
   */
  readonly content: readonly string[];
}

interface Summary {
  readonly Id: string;
  readonly Manifests?: readonly { readonly ID: string; readonly Kind: string }[];
}

/** The image of that name in the daemon at a unix socket; `undefined` when it has none. */
export async function loadedImage(host: string, name: string): Promise<LoadedImage | undefined> {
  const filters = JSON.stringify({ reference: [name] });
  const query = new URLSearchParams({ manifests: 'true', filters });
  const [image] = await list(host, `/images/json?${query}`);
  if (image === undefined) return undefined;
  const manifests = image.Manifests?.map(({ ID, Kind }) => (Kind === 'image' ? ID : Kind));
  return { id: image.Id, content: manifests ?? [image.Id] };
}

async function list(host: string, path: string): Promise<Summary[]> {
  const socketPath = host.replace('unix://', '');
  const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    request({ socketPath, path: `/v1.47${path}` }, resolve)
      .once('error', reject)
      .end();
  });
  return (await json(answer)) as Summary[];
}

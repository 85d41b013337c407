import { askEngine, askedOf } from '@warmdock/testkit';

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
  const [image] = (await askedOf(askEngine(host, `/v1.47/images/json?${query}`))) as Summary[];
  if (image === undefined) return undefined;
  const manifests = image.Manifests?.map(({ ID, Kind }) => (Kind === 'image' ? ID : Kind));
  return { id: image.Id, content: manifests ?? [image.Id] };
}

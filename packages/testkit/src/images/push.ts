import type { TestImage } from './image.js';

/**
 * Pushes the image to the registry as `repository:tag` of its name, its digests kept; resolves to
 * the reference for `FROM`, which every engine of the testbed can pull. Throws when it is refused.
 */
export async function pushTestImage(
  registry: { address: string },
  image: TestImage,
): Promise<string> {
  const [repository = '', tag = 'latest'] = image.name.split(':');
  const base = `http://${registry.address}/v2/${repository}`;
  const blobs = image.layout.flatMap(({ name, content }) => {
    const hex = /^blobs\/sha256\/(\w+)$/.exec(name)?.[1];
    return hex === undefined ? [] : [{ digest: `sha256:${hex}`, content }];
  });
  for (const { digest, content } of blobs) {
    if (digest !== image.manifestDigest) await pushBlob(base, digest, content);
  }
  const manifest = blobs.find(({ digest }) => digest === image.manifestDigest)?.content ?? '';
  await put(`${base}/manifests/${tag}`, manifest, 'application/vnd.oci.image.manifest.v1+json');
  return `${registry.address}/${image.name}`;
}

/** OCI distribution: an upload is opened, and may be filled and closed by one PUT. */
async function pushBlob(base: string, digest: string, content: Uint8Array | string): Promise<void> {
  const opened = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(opened.headers.get('location') ?? '', base);
  upload.searchParams.set('digest', digest);
  await put(upload, content, 'application/octet-stream');
}

async function put(url: string | URL, body: Uint8Array | string, type: string): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } });
  if (!answer.ok) throw new Error(`PUT ${url} answered ${answer.status}: ${await answer.text()}`);
}

import type { CallOptions, UnsizedDescriptor } from '../content/content.js';
import type { Descriptor } from '../oci/descriptor.js';
import { algorithmOf, digestOf, isDigest } from '../oci/digest.js';
import { kindOf, MediaType } from '../oci/media-types.js';
import { drop, type Reply } from './http/exchange.js';
import { damaged, RegistryError } from './http/registry-error.js';
import { readDocument } from './read-document.js';
import { operationOf, type RepositoryAccess, read, remove, write } from './repository-access.js';

/** A manifest with its bytes. */
export interface ManifestBytes {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

/** Registries choose by it what they give; one that is not named may come all the same. */
const accept = [
  MediaType.ociIndex,
  MediaType.dockerIndex,
  MediaType.ociManifest,
  MediaType.dockerManifest,
  'application/vnd.oci.artifact.manifest.v1+json',
  '*/*;q=0.1',
].join(', ');
const headers = { accept, 'accept-encoding': 'identity' };

/** True for what is kept among manifests, not among blobs. */
export function isManifest(mediaType: string): boolean {
  const kind = kindOf(mediaType);
  return kind === 'index' || kind === 'manifest' || /\.manifest\.v\d+\+json$/.test(mediaType);
}

/**
 * What a tag or digest names; `undefined` when it names nothing.
 *
 * By HEAD, which no registry counts as a pull. An answer without a digest is read and hashed.
 */
export async function headManifest(
  access: RepositoryAccess,
  name: string,
  { signal }: CallOptions = {},
): Promise<Descriptor | undefined> {
  const place = `manifests/${name}`;
  const doing = `looking up ${name}`;
  const asked = { doing, method: 'HEAD', place, headers, accepts: [200, 404], signal } as const;
  const reply = await read(access, 'resolve', asked).catch((error: unknown) => {
    if (error instanceof RegistryError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  });
  if (!reply) return (await getManifest(access, name, { signal }))?.descriptor;
  await drop(reply);
  if (reply.status === 404) return undefined;
  return describedBy(reply) ?? (await getManifest(access, name, { signal }))?.descriptor;
}

/** Only an answer that tells all three. */
function describedBy({ headers: given }: Reply): Descriptor | undefined {
  const digest = given['docker-content-digest'];
  const mediaType = typeOf(given['content-type']);
  const size = Number(given['content-length']);
  if (digest === undefined || !isDigest(digest) || mediaType === undefined) return undefined;
  return Number.isSafeInteger(size) && size > 0 ? { mediaType, digest, size } : undefined;
}

/**
 * A manifest by tag or digest; `undefined` when there is none. Its digest is that of its bytes,
 * whatever the registry says.
 *
 * Throws `DIGEST_MISMATCH` when it is not the one of that digest.
 */
export async function getManifest(
  access: RepositoryAccess,
  name: string,
  { signal }: CallOptions = {},
): Promise<ManifestBytes | undefined> {
  const doing = `reading manifest ${name}`;
  const asked = { doing, place: `manifests/${name}`, headers, accepts: [200, 404], signal };
  const { reply, bytes } = await readDocument(access, isDigest(name) ? 'pull' : 'resolve', asked);
  if (reply.status === 404) return undefined;
  const digest = digestOf(bytes, isDigest(name) ? algorithmOf(name) : 'sha256');
  if (isDigest(name) && digest !== name)
    throw damaged(operationOf(access, doing), `its bytes have the digest ${digest}`);
  const mediaType = typeIn(bytes) ?? typeOf(reply.headers['content-type']) ?? MediaType.ociManifest;
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

/** The type in the document itself counts first: some registries answer `application/json`. */
function typeIn(bytes: Buffer): string | undefined {
  try {
    const { mediaType, manifests } = JSON.parse(bytes.toString('utf8'));
    if (typeof mediaType === 'string') return mediaType;
    return manifests === undefined ? undefined : MediaType.ociIndex;
  } catch {
    return undefined;
  }
}

function typeOf(header: string | undefined): string | undefined {
  const type = header?.split(';', 1)[0]?.trim();
  return type === undefined || !isManifest(type) ? undefined : type;
}

/** Puts a manifest under its digest, or under a tag; gives the subject that the registry took note of. */
export async function putManifest(
  access: RepositoryAccess,
  { mediaType }: Pick<UnsizedDescriptor, 'mediaType'>,
  bytes: Uint8Array,
  name: string,
  { signal }: CallOptions = {},
): Promise<{ readonly subject: string | undefined }> {
  const reply = await write(access, {
    doing: `writing manifest ${name}`,
    method: 'PUT',
    place: `manifests/${name}`,
    headers: { 'content-type': mediaType, 'content-length': `${bytes.length}` },
    body: () => bytes,
    accepts: [200, 201, 202],
    signal,
  });
  await drop(reply);
  return { subject: reply.headers['oci-subject'] };
}

export async function deleteManifest(
  access: RepositoryAccess,
  name: string,
  { signal }: CallOptions = {},
): Promise<void> {
  const place = `manifests/${name}`;
  const asked = { doing: `deleting ${name}`, method: 'DELETE', place, signal } as const;
  await drop(await remove(access, { ...asked, accepts: [200, 202, 204] }));
}

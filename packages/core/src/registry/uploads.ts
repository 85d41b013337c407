import type { CallOptions } from '../content/content.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { BlobSource } from './blob-source.js';
import { hasBlob } from './blobs.js';
import { Breaks } from './http/breaks.js';
import { drop, type Reply } from './http/exchange.js';
import { locationOf } from './http/location.js';
import { isTransient, RegistryError } from './http/registry-error.js';
import { operationOf, type RepositoryAccess, write } from './repository-access.js';

/** What every step of one upload works with. */
interface Upload extends CallOptions {
  readonly access: RepositoryAccess;
  readonly blob: Descriptor;
  readonly source: BlobSource;
}

/** Where the registry takes the next bytes, and how many it has. */
interface Session {
  readonly place: URL;
  readonly offset: number;
  /** What the registry says of the smallest chunk that it takes. */
  readonly minChunkBytes: number;
}

/** What GHCR takes at most in one request, which others take as well. */
const chunkBytes = 4 * 1024 * 1024;
/** Answers of registries, or of proxies before them, to whom one request is too large. */
const tooLarge = new Set([413, 416]);

/**
 * Takes a blob over from another repository of the registry: true when it is there now. A registry
 * that refuses, or offers an upload instead, makes it false.
 */
export async function mountBlob(
  access: RepositoryAccess,
  { digest }: Descriptor,
  from: string,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const query = new URLSearchParams({ mount: digest, from });
  const doing = `mounting blob ${digest} of ${from}`;
  const place = `blobs/uploads/?${query}`;
  try {
    const headers = { 'content-length': '0' };
    const asked = { doing, method: 'POST', place, headers, signal, reads: [from] } as const;
    const reply = await write(access, { ...asked, accepts: [201, 202] });
    await drop(reply);
    if (reply.status === 202) await abandon(access, reply, signal);
    return reply.status === 201;
  } catch (error) {
    // Harbor and GitLab answer 401 where others offer an upload.
    if (error instanceof RegistryError && (error.status ?? 500) < 500) return false;
    throw error;
  }
}

/** Ends an upload that nobody will fill; the registry would keep it for days. */
async function abandon(access: RepositoryAccess, reply: Reply, signal?: AbortSignal) {
  const doing = 'ending an upload';
  const context = { operation: operationOf(access, doing), registry: access.registry };
  try {
    const place = locationOf(reply.headers.location, reply.url, context);
    const asked = { doing, method: 'DELETE', place, signal, isRepeatable: false } as const;
    await drop(await write(access, { ...asked, accepts: [200, 202, 204, 404, 405] }));
  } catch {
    // It ends by itself in time.
  }
}

/**
 * Puts a blob into the repository: in one request, or in chunks where the registry takes no more at
 * a time. An upload that breaks off goes on where the registry has it.
 *
 * Throws `DIGEST_MISMATCH` when the bytes are not the descriptor's.
 */
export async function uploadBlob(
  access: RepositoryAccess,
  blob: Descriptor,
  source: BlobSource,
  { signal }: CallOptions = {},
): Promise<void> {
  const upload: Upload = { access, blob, source, signal };
  const breaks = new Breaks();
  let session = await open(upload);
  let send = sendRest;
  for (;;) {
    try {
      return await send(upload, session);
    } catch (error) {
      if (await isThereAfterAll(upload, error)) return;
      if (!source.isRepeatable || !isPassing(error, send)) throw error;
      if (isTooLarge(error)) send = sendChunks;
      const next = (await resume(upload, session)) ?? (await open(upload));
      await breaks.wait(error, next.offset > session.offset, signal);
      session = next;
    }
  }
}

/** Whether another try may have another end: later, or in smaller parts. */
function isPassing(error: unknown, send: typeof sendRest): boolean {
  return isTransient(error) || (isTooLarge(error) && send !== sendChunks);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RegistryError && tooLarge.has(error.status ?? 0);
}

async function open(upload: Upload): Promise<Session> {
  const { access, blob, signal } = upload;
  const doing = `uploading blob ${blob.digest}`;
  const headers = { 'content-length': '0' };
  const asked = { doing, method: 'POST', place: 'blobs/uploads/', headers, signal } as const;
  const reply = await write(access, { ...asked, accepts: [202] });
  await drop(reply);
  return sessionIn(upload, reply, 0);
}

/** What the registry says it has; `undefined` when it knows nothing of the upload any more. */
async function resume(upload: Upload, { place }: Session): Promise<Session | undefined> {
  const { access, blob, signal } = upload;
  const doing = `going on with blob ${blob.digest}`;
  try {
    const reply = await write(access, { doing, place, accepts: [200, 202, 204], signal });
    await drop(reply);
    const end = /^(?:bytes=)?0-(\d+)$/.exec(reply.headers.range ?? '')?.[1];
    // `0-0` stands for one byte, and in many registries for none: it is sent anew.
    const offset = end === undefined || end === '0' ? 0 : Number(end) + 1;
    return offset > blob.size ? undefined : sessionIn(upload, reply, offset, place);
  } catch (error) {
    if (error instanceof RegistryError && !isTransient(error)) return undefined;
    throw error;
  }
}

function sessionIn({ access, blob }: Upload, reply: Reply, offset: number, known?: URL): Session {
  const { location } = reply.headers;
  const operation = operationOf(access, `uploading blob ${blob.digest}`);
  const context = { operation, registry: access.registry };
  const min = Number(reply.headers['oci-chunk-min-length']);
  return {
    place: location === undefined && known ? known : locationOf(location, reply.url, context),
    offset,
    minChunkBytes: Number.isSafeInteger(min) ? min : 0,
  };
}

/** All that is missing, in the request that ends the upload; after an offset in two. */
async function sendRest(upload: Upload, session: Session): Promise<void> {
  const { size } = upload.blob;
  if (session.offset === 0) return finish(upload, session.place, 0);
  if (session.offset === size) return finish(upload, session.place, size);
  const next = await sendChunk(upload, session, size - session.offset);
  await finish(upload, next.place, size);
}

async function sendChunks(upload: Upload, session: Session): Promise<void> {
  const { size } = upload.blob;
  let at = session;
  while (at.offset < size) {
    const length = Math.min(size - at.offset, Math.max(chunkBytes, at.minChunkBytes));
    at = await sendChunk(upload, at, length);
  }
  await finish(upload, at.place, size);
}

/** Some registries' `Range` stays at the first chunk: what was sent is counted here. */
async function sendChunk(upload: Upload, session: Session, length: number): Promise<Session> {
  const { access, blob, source, signal } = upload;
  const { place, offset } = session;
  const reply = await write(access, {
    doing: `uploading blob ${blob.digest}`,
    method: 'PATCH',
    place,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': `${length}`,
      'content-range': `${offset}-${offset + length - 1}`,
    },
    body: () => source.open({ offset, length }),
    accepts: [201, 202, 204],
    isRepeatable: false,
    signal,
  });
  await drop(reply);
  const next = sessionIn(upload, reply, offset + length, place);
  return { ...next, minChunkBytes: Math.max(next.minChunkBytes, session.minChunkBytes) };
}

/** Ends the upload with what stands behind `offset`. */
async function finish(upload: Upload, place: URL, offset: number): Promise<void> {
  const { access, blob, source, signal } = upload;
  const length = blob.size - offset;
  const reply = await write(access, {
    doing: `uploading blob ${blob.digest}`,
    method: 'PUT',
    place: withDigest(place, blob.digest),
    headers: { 'content-type': 'application/octet-stream', 'content-length': `${length}` },
    body: length === 0 ? undefined : () => source.open({ offset, length }),
    accepts: [201, 204],
    isRepeatable: false,
    signal,
  });
  await drop(reply);
}

/** The query may be signed: it stays as it is, and one thing is put behind it. */
function withDigest(place: URL, digest: string): URL {
  const url = new URL(place);
  const before = url.search === '' || url.search === '?' ? '?' : `${url.search}&`;
  url.search = `${before}digest=${encodeURIComponent(digest)}`;
  return url;
}

/** Some registries store a blob and refuse it all the same. */
async function isThereAfterAll({ access, blob, signal }: Upload, error: unknown): Promise<boolean> {
  if (!(error instanceof RegistryError) || error.status === undefined) return false;
  if (error.code === 'PERMISSION_DENIED' || signal?.aborted) return false;
  return hasBlob(access, blob, { signal }).catch(() => false);
}

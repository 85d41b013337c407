import type { CallOptions, ContentSource, UnsizedDescriptor } from '../content/content.js';
import { missingHint } from '../content/no-such-image.js';
import { collectBlob, readBlob } from '../content/read-blob.js';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { blobOf, onlyOnce } from './blob-source.js';
import { fetchBlob, hasBlob } from './blobs.js';
import { deleteManifest, getManifest, headManifest, isManifest, putManifest } from './manifests.js';
import { enterReferrer, listReferrers, removeReferrer } from './referrers.js';
import type { Repository } from './repository.js';
import type { RepositoryAccess } from './repository-access.js';
import { subjectOf } from './subject.js';
import { listTags } from './tags.js';
import { mountBlob, uploadBlob } from './uploads.js';

/** The repository behind these servers. */
export function createRepository(access: RepositoryAccess): Repository {
  /** What was put last: most manifests get a tag right after they came. */
  let last: { digest: Digest; bytes: Buffer } | undefined;
  /** Digests that the registry told of tags, which need not be true. */
  const told = new Map<Digest, string>();
  /** Where the registry keeps no list of referrers: one after the other reads it and writes it anew. */
  let listed: Promise<unknown> = Promise.resolve();
  const inTurn = (change: () => Promise<void>) => {
    const changing = listed.then(change);
    listed = changing.catch(() => {});
    return changing;
  };

  const clients = [...access.mirrors, access.origin];
  const bytesOf = async ({ digest }: UnsizedDescriptor, signal?: AbortSignal) => {
    if (last?.digest === digest) return last.bytes;
    const found = await getManifest(access, digest, { signal });
    if (found) return found.bytes;
    const tag = told.get(digest);
    const other = tag === undefined ? undefined : await getManifest(access, tag, { signal });
    throw other
      ? wronglyTold(access, tag, digest, other.descriptor.digest)
      : missing(access, digest);
  };

  const putManifestOf = async (descriptor: Descriptor, bytes: Buffer, signal?: AbortSignal) => {
    const { subject } = await putManifest(access, descriptor, bytes, descriptor.digest, { signal });
    last = { digest: descriptor.digest, bytes };
    const wanted = subjectOf(bytes);
    if (!wanted || subject !== undefined) return;
    const referrer = { ...descriptor, ...wanted.words };
    await inTurn(() => enterReferrer(access, wanted.digest, referrer, { signal }));
  };

  const deleteByDigest = async (digest: Digest, options: CallOptions) => {
    const found = await getManifest(access, digest, options);
    const subject = found && subjectOf(found.bytes);
    await deleteManifest(access, digest, options);
    if (subject) await inTurn(() => removeReferrer(access, subject.digest, digest, options));
  };

  return {
    registry: access.registry,
    path: access.path,
    async exists({ mediaType, digest }, { signal } = {}) {
      if (!isManifest(mediaType)) return hasBlob(access, { digest }, { signal });
      return (await headManifest(access, digest, { signal })) !== undefined;
    },
    async *fetch(blob, options = {}) {
      if (!isManifest(blob.mediaType)) return yield* fetchBlob(access, blob, options);
      const bytes = await bytesOf(blob, options.signal);
      const { range } = options;
      yield range ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
    },
    async push(descriptor, content, { signal } = {}) {
      if (!isManifest(descriptor.mediaType))
        return uploadBlob(access, descriptor, onlyOnce(descriptor, content), { signal });
      await putManifestOf(descriptor, await collectBlob(descriptor, content), signal);
    },
    async pushFrom(descriptor, source, { signal } = {}) {
      if (!isManifest(descriptor.mediaType))
        return uploadBlob(access, descriptor, blobOf(source, descriptor, { signal }), { signal });
      await putManifestOf(descriptor, await readBlob(source, descriptor, { signal }), signal);
    },
    async resolve({ tag = 'latest', digest }, options = {}) {
      const found = await headManifest(access, digest ?? tag, options);
      if (found && digest === undefined) told.set(found.digest, tag);
      return found;
    },
    async tag(descriptor, { tag }, { signal } = {}) {
      if (tag === undefined) throw noTag(access);
      await putManifest(access, descriptor, await bytesOf(descriptor, signal), tag, { signal });
    },
    tags: (options = {}) => listTags(access, options),
    referrers: (subject, options = {}) => listReferrers(access, subject, options),
    delete: (name, options = {}) =>
      typeof name === 'string'
        ? deleteByDigest(name, options)
        : deleteManifest(access, name.tag, options),
    async mountFrom(blob, source, options = {}) {
      const from = neighbourPath(source, access);
      return from !== undefined && mountBlob(access, blob, from, options);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

/** The path of a source that is a repository of the same registry, another one than this. */
function neighbourPath(source: ContentSource, { registry, path }: RepositoryAccess) {
  const other = source as Partial<Pick<Repository, 'registry' | 'path'>>;
  return other.registry === registry && other.path !== path ? other.path : undefined;
}

function missing({ registry, path }: RepositoryAccess, digest: Digest): WarmdockError {
  const message = `there is no manifest ${digest} in ${registry}/${path}`;
  return new WarmdockError('NOT_FOUND', message, { hint: missingHint });
}

function noTag({ registry, path }: RepositoryAccess): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot tag an image of ${registry}/${path}`, {
    hint: 'give a reference with a tag',
  });
}

function wronglyTold(
  { registry, path }: RepositoryAccess,
  tag: string | undefined,
  digest: Digest,
  found: Digest,
): WarmdockError {
  return new WarmdockError(
    'DIGEST_MISMATCH',
    `registry ${registry} says that ${path}:${tag} is ${digest}, and gives ${found}`,
    { hint: `name the image by its digest: ${registry}/${path}@${found}` },
  );
}

import { buffer } from 'node:stream/consumers';
import { type Exchange, refuse, reply, replyDocument } from './exchange.js';
import { isDigest, isTag } from './names.js';
import { type RepositoryContent, sha256 } from './registry-content.js';

interface Document {
  config?: { digest: string; mediaType?: string };
  layers?: { digest: string }[];
  manifests?: { digest: string }[];
  subject?: { digest: string };
  artifactType?: string;
  annotations?: Record<string, string>;
}

const indexType = 'application/vnd.oci.image.index.v1+json';

/** All methods of a manifest, by tag or digest. */
export async function answerManifest(
  exchange: Exchange,
  path: string,
  name: string,
): Promise<void> {
  const repository = exchange.content.of(path);
  if (exchange.request.method === 'PUT') return put(exchange, repository, name);
  const digest = name.startsWith('sha256:') ? name : (repository.tags.get(name) ?? '');
  const manifest = repository.manifests.get(digest);
  if (!manifest) return refuse(exchange, 404, 'MANIFEST_UNKNOWN', `manifest unknown: ${name}`);
  if (exchange.request.method === 'DELETE') return remove(exchange, repository, name);
  const { faults } = exchange;
  const told = faults.wrongDigest ? sha256(Buffer.from('another one')) : digest;
  const headers = {
    'content-type': manifest.type,
    ...(!faults.noDigest && { 'docker-content-digest': told }),
  };
  if (exchange.request.method !== 'HEAD') return replyDocument(exchange, manifest.bytes, headers);
  const length = manifest.bytes.length + (faults.wrongHeadLength ? 7 : 0);
  return reply(exchange, 200, { headers: { ...headers, 'content-length': `${length}` } });
}

async function put(exchange: Exchange, repository: RepositoryContent, name: string): Promise<void> {
  const bytes = await buffer(exchange.request);
  const digest = sha256(bytes);
  if (name.startsWith('sha256:') && name !== digest)
    return refuse(exchange, 400, 'DIGEST_INVALID', 'provided digest did not match');
  const document = documentIn(bytes);
  if (!document || (!isDigest(name) && !isTag(name)))
    return refuse(exchange, 400, 'MANIFEST_INVALID', 'manifest invalid');
  const missing = missingIn(document, repository, exchange.faults.wantsSubject ?? false);
  if (missing !== undefined)
    return refuse(exchange, 404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown: ${missing}`);
  const type = exchange.request.headers['content-type'] ?? '';
  repository.manifests.set(digest, { type, bytes });
  if (!name.startsWith('sha256:')) repository.tags.set(name, digest);
  const takesNote = document.subject && !exchange.faults.noReferrers;
  const headers = {
    'docker-content-digest': digest,
    location: exchange.url.pathname,
    ...(takesNote && { 'oci-subject': document.subject?.digest ?? '' }),
  };
  return reply(exchange, 201, { headers });
}

function documentIn(bytes: Buffer): Document | undefined {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof document === 'object' && document !== null ? document : undefined;
  } catch {
    return undefined;
  }
}

function missingIn(
  { config, layers = [], manifests = [], subject }: Document,
  repository: RepositoryContent,
  wantsSubject: boolean,
): string | undefined {
  const blobs = [...(config ? [config] : []), ...layers].map(({ digest }) => digest);
  const others = manifests.map(({ digest }) => digest);
  if (wantsSubject && subject) others.push(subject.digest);
  return (
    blobs.find((digest) => !repository.blobs.has(digest)) ??
    others.find((digest) => !repository.manifests.has(digest))
  );
}

function remove(exchange: Exchange, { manifests, tags }: RepositoryContent, name: string) {
  tags.delete(name);
  if (name.startsWith('sha256:')) {
    manifests.delete(name);
    for (const [tag, digest] of tags) if (digest === name) tags.delete(tag);
  }
  return reply(exchange, 202);
}

/** A page of the tags, in order. */
export function listTags(exchange: Exchange, path: string) {
  const { faults, url, content } = exchange;
  if (faults.tagLists === 'null')
    return replyDocument(exchange, Buffer.from(JSON.stringify({ name: path, tags: null })), {});
  const wanted = Number(url.searchParams.get('n') ?? 100);
  if (faults.maxPage !== undefined && wanted > faults.maxPage)
    return refuse(
      exchange,
      400,
      'PAGINATION_NUMBER_INVALID',
      'invalid number of results requested',
    );
  const { tags, manifests, blobs } = content.of(path);
  if (manifests.size + blobs.size === 0)
    return refuse(exchange, 404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const all = [...tags.keys()].sort();
  if (faults.tagLists === 'digests') all.push(...manifests.keys());
  const last = url.searchParams.get('last');
  const rest = last === null ? all : all.filter((tag) => tag > last);
  // Small pages, whatever is asked for.
  const page = rest.slice(0, Math.min(wanted, 3));
  const hasMore = wanted > 0 && rest.length > page.length;
  const next = `</v2/${path}/tags/list?n=${wanted}&last=${page.at(-1)}>; rel="next"`;
  const headers = { 'content-type': 'application/json', ...(hasMore && { link: next }) };
  return replyDocument(exchange, Buffer.from(JSON.stringify({ name: path, tags: page })), headers);
}

/** What refers to a manifest, by `subject`. */
export function listReferrers(exchange: Exchange, path: string, subject: string) {
  if (exchange.faults.noReferrers) return refuse(exchange, 404, 'NOT_FOUND', 'page not found');
  if (!isDigest(subject)) return refuse(exchange, 400, 'DIGEST_INVALID', 'invalid digest');
  const wanted = exchange.url.searchParams.get('artifactType');
  const manifests = [...exchange.content.of(path).manifests].flatMap(
    ([digest, { type, bytes }]) => {
      const document: Document = JSON.parse(bytes.toString('utf8'));
      const artifactType = document.artifactType ?? document.config?.mediaType;
      const isOne = document.subject?.digest === subject;
      if (!isOne || (wanted !== null && artifactType !== wanted)) return [];
      const { annotations } = document;
      return [{ mediaType: type, digest, size: bytes.length, artifactType, annotations }];
    },
  );
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  const applied = wanted !== null && { 'oci-filters-applied': 'artifactType' };
  return replyDocument(exchange, bytes, { 'content-type': indexType, ...applied });
}

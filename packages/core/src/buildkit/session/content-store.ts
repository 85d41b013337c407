import type { ByteRange, ContentSource, ContentStore } from '../../content/content.js';
import { isWarmdockError } from '../../errors.js';
import {
  AbortRequest,
  InfoRequest,
  InfoResponse,
  ReadContentRequest,
  StatusRequest,
  StatusResponse,
  WriteAction,
  WriteContentRequest,
  WriteContentResponse,
} from '../../gen/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, parseDigest } from '../../oci/digest.js';
import { firstValue } from '../grpc/metadata.js';
import type { ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { bytesField, encodeBytesMessage } from '../grpc/wire-fields.js';
import type { Attachable } from './attachable.js';
import { exportStore } from './export-store.js';
import { unary } from './unary.js';

const service = '/containerd.services.content.v1.Content';

/** The field of `WriteContentRequest` that carries the bulk. */
const dataField = 6;

/** Blobs of this side by digest, with their sizes. */
export interface SizedSource extends ContentSource {
  /** Bytes of the blob, `undefined` when it is not here. */
  sizeOf(digest: Digest): Promise<number | undefined>;
}

/** A content store of the session. */
export interface SessionStore {
  /** What BuildKit may read, default nothing. */
  readonly source?: SizedSource | undefined;
  /** Where BuildKit may write to, default nowhere. */
  readonly sink?: ContentStore | undefined;
  /** BuildKit takes a blob that is not wanted for present, and never sends it. Default every one is. */
  readonly wanted?: ((descriptor: Descriptor) => boolean | Promise<boolean>) | undefined;
}

/** Content stores by the id under which BuildKit asks for them. */
export type SessionStores = ReadonlyMap<string, SessionStore>;

/**
 * A content store that BuildKit pushes an image's blobs into while it still holds them.
 *
 * BuildKit offers each blob first; those that `wanted` declines it takes for present and never
 * reads.
 */
export function contentStore(
  sink: ContentStore,
  wanted: (descriptor: Descriptor) => boolean,
): Attachable {
  return contentStores(new Map([[exportStore, { sink, wanted }]]));
}

/**
 * Serves these stores to the builder, and no others.
 *
 * Follows containerd's content service as BuildKit's session uses it: `Write` with STAT, then WRITEs
 * that are acknowledged one by one, then COMMIT; `Info`, and `Read` from an offset.
 */
export function contentStores(stores: SessionStores): Attachable {
  return {
    methods: {
      [`${service}/Write`]: (call) => receiveBlob(call, chosen(call, stores)),
      [`${service}/Info`]: unary(InfoRequest, InfoResponse, async ({ digest }, call) => {
        const size = await chosen(call, stores).source?.sizeOf(parseDigest(digest));
        if (size === undefined) throw notHere(digest);
        return { info: { digest, size, labels: {} } };
      }),
      [`${service}/Read`]: (call) => sendBlob(call, chosen(call, stores)),
      [`${service}/Status`]: unary(StatusRequest, StatusResponse, async (request, call) => {
        chosen(call, stores);
        throw notHere(request.ref);
      }),
      // An interrupted blob leaves nothing behind, so there is nothing to abort.
      [`${service}/Abort`]: unary(AbortRequest, AbortRequest, async (_request, call) => {
        chosen(call, stores);
        return { ref: '' };
      }),
    },
  };
}

function chosen(call: ServerCall, stores: SessionStores): SessionStore {
  const id = firstValue(call.metadata, 'buildkit-attachable-store-id') ?? '';
  const store = stores.get(id);
  if (store) return store;
  throw new GrpcStatusError(GrpcCode.NOT_FOUND, `this session has no content store ${id}`);
}

function notHere(name: string): GrpcStatusError {
  return new GrpcStatusError(GrpcCode.NOT_FOUND, `${name} is not in this store`);
}

async function sendBlob(call: ServerCall, { source }: SessionStore): Promise<void> {
  for await (const [message] of call.batches) {
    if (!message) continue;
    const request = ReadContentRequest.decode(message);
    const digest = parseDigest(request.digest);
    const size = await source?.sizeOf(digest);
    if (!source || size === undefined) throw notHere(request.digest);
    const { offset } = request;
    if (offset < 0 || offset > size || request.size < 0)
      throw new GrpcStatusError(GrpcCode.INVALID_ARGUMENT, `${digest} ends before ${offset}`);
    const length = Math.min(request.size || size, size - offset);
    if (length > 0) await sendRange(call, source, digest, { offset, length });
    return;
  }
}

async function sendRange(
  call: ServerCall,
  source: SizedSource,
  digest: Digest,
  range: ByteRange,
): Promise<void> {
  const blob = { mediaType: 'application/octet-stream', digest };
  let { offset } = range;
  for await (const chunk of source.fetch(blob, { range, signal: call.signal })) {
    const data = encodeBytesMessage(chunk);
    data[0] = readDataTag;
    await call.write([Buffer.concat([encodedOffset(offset), data])]);
    offset += chunk.length;
  }
}

/** Field 2 of `ReadContentResponse`, length-delimited. */
const readDataTag = 0x12;

/** Field 1 of `ReadContentResponse`. */
function encodedOffset(offset: number): Uint8Array {
  if (offset === 0) return new Uint8Array(0);
  const bytes = [0x08];
  let rest = offset;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

async function receiveBlob(
  call: ServerCall,
  { sink, wanted = () => true }: SessionStore,
): Promise<void> {
  if (!sink) throw new GrpcStatusError(GrpcCode.PERMISSION_DENIED, 'this store is only read');
  const requests = requestsOf(call);
  const first = await requests.next();
  if (first.done) return;
  const descriptor = offered(first.value.request);
  if (!(await wanted(descriptor)))
    throw new GrpcStatusError(GrpcCode.ALREADY_EXISTS, `${descriptor.digest} is not needed`);
  const progress = { offset: 0, total: descriptor.size, digest: descriptor.digest };
  try {
    await sink.push(descriptor, chunksOf(call, first.value, requests, progress), {
      signal: call.signal,
    });
  } catch (error) {
    throw isWarmdockError(error) && error.code === 'DIGEST_MISMATCH'
      ? new GrpcStatusError(GrpcCode.FAILED_PRECONDITION, error.message)
      : error;
  }
  answer(call, WriteAction.COMMIT, progress);
}

interface Offset {
  offset: number;
  readonly total: number;
  readonly digest: string;
}

interface Received {
  readonly request: WriteContentRequest;
  readonly bytes: Buffer;
}

/** The blob's bytes as they come; each piece is acknowledged when the store has asked for the next. */
async function* chunksOf(
  call: ServerCall,
  first: Received,
  requests: AsyncGenerator<Received>,
  progress: Offset,
): AsyncGenerator<Uint8Array> {
  for (
    let next: IteratorResult<Received, void> = { done: false, value: first };
    !next.done;
    next = await requests.next()
  ) {
    const { request, bytes } = next.value;
    if (bytes.length > 0) {
      if (request.offset !== progress.offset) {
        throw new GrpcStatusError(
          GrpcCode.INVALID_ARGUMENT,
          `a piece of ${progress.digest} came at ${request.offset}, expected ${progress.offset}`,
        );
      }
      progress.offset += bytes.length;
      yield bytes;
    }
    if (request.action === WriteAction.COMMIT) return;
    answer(call, request.action, progress);
  }
  throw new GrpcStatusError(GrpcCode.ABORTED, `${progress.digest} broke off`);
}

async function* requestsOf(call: ServerCall): AsyncGenerator<Received, void, void> {
  for await (const batch of call.batches) {
    for (const message of batch)
      yield { request: WriteContentRequest.decode(message), bytes: bytesField(message, dataField) };
  }
}

function offered(request: WriteContentRequest): Descriptor {
  return {
    mediaType: 'application/octet-stream',
    digest: parseDigest(request.expected),
    size: request.total,
  };
}

function answer(call: ServerCall, action: WriteAction, { offset, total, digest }: Offset): void {
  call.write([
    WriteContentResponse.encode({
      action,
      offset,
      total,
      digest: action === WriteAction.COMMIT ? digest : '',
    }).finish(),
  ]);
}

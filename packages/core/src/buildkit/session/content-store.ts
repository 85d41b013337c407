import type { ContentStore } from '../../content/content.js';
import { isWarmdockError } from '../../errors.js';
import {
  AbortRequest,
  InfoRequest,
  InfoResponse,
  StatusRequest,
  StatusResponse,
  WriteAction,
  WriteContentRequest,
  WriteContentResponse,
} from '../../gen/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { parseDigest } from '../../oci/digest.js';
import { firstValue } from '../grpc/metadata.js';
import type { ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { bytesField } from '../grpc/wire-fields.js';
import type { Attachable } from './session.js';
import { unary } from './unary.js';

const service = '/containerd.services.content.v1.Content';

/** The store that the exporters `oci` and `docker` with `tar=false` write to. */
const exportStore = 'export';

/** The field of `WriteContentRequest` that carries the bulk. */
const dataField = 6;

/**
 * A content store that BuildKit pushes an image's blobs into while it still holds them.
 *
 * BuildKit offers each blob first; those that `wanted` declines it takes for present and never
 * reads. Follows containerd's content service as BuildKit's session exporter uses it: `Write` with
 * STAT, then WRITEs that are acknowledged one by one, then COMMIT.
 */
export function contentStore(
  store: ContentStore,
  wanted: (descriptor: Descriptor) => boolean,
): Attachable {
  return {
    methods: {
      [`${service}/Write`]: (call) => receiveBlob(chosen(call), store, wanted),
      [`${service}/Info`]: unary(InfoRequest, InfoResponse, async (request, call) => {
        chosen(call);
        throw notHere(request.digest);
      }),
      [`${service}/Status`]: unary(StatusRequest, StatusResponse, async (request, call) => {
        chosen(call);
        throw notHere(request.ref);
      }),
      // An interrupted blob leaves nothing behind, so there is nothing to abort.
      [`${service}/Abort`]: unary(AbortRequest, AbortRequest, async (_request, call) => {
        chosen(call);
        return { ref: '' };
      }),
    },
  };
}

function chosen(call: ServerCall): ServerCall {
  const id = firstValue(call.metadata, 'buildkit-attachable-store-id');
  if (id === exportStore) return call;
  throw new GrpcStatusError(GrpcCode.NOT_FOUND, `this session has no content store ${id ?? ''}`);
}

function notHere(name: string): GrpcStatusError {
  return new GrpcStatusError(GrpcCode.NOT_FOUND, `${name} is not in this store`);
}

async function receiveBlob(
  call: ServerCall,
  store: ContentStore,
  wanted: (descriptor: Descriptor) => boolean,
): Promise<void> {
  const requests = requestsOf(call);
  const first = await requests.next();
  if (first.done) return;
  const descriptor = offered(first.value.request);
  if (!wanted(descriptor))
    throw new GrpcStatusError(GrpcCode.ALREADY_EXISTS, `${descriptor.digest} is not needed`);
  const progress = { offset: 0, total: descriptor.size, digest: descriptor.digest };
  try {
    await store.push(descriptor, chunksOf(call, first.value, requests, progress), {
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

import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions } from '../content/content.js';
import { untilAborted } from '../content/until-aborted.js';
import { WarmdockError } from '../errors.js';
import { jsonMessages } from './answers/json-stream.js';
import type { EngineConnection } from './connection.js';
import { formatEndpoint } from './endpoint/endpoint.js';
import { engineFailure, headOf, refusalOf } from './http/call.js';
import { timeoutError } from './http/engine-error.js';
import type { EngineHttp, EngineRequest } from './http/http.js';

/** How images are loaded, and who hears of it. */
export interface LoadImagesOptions extends CallOptions {
  /** Receives what the daemon says, line by line, for people. */
  readonly onLine?: ((line: string) => void) | undefined;
  /**
   * Asked when a limit for loads is past: whether the daemon is busy with something else, so that the
   * time begins anew. Default it is not.
   */
  readonly isBusy?: (() => Promise<boolean>) | undefined;
}

/**
 * Sends a tar of images and reads all that the daemon says about it.
 *
 * No `platform` parameter is sent, since with one the containerd store demands every blob. The archive
 * is ended in every case; its own error ends the request and is thrown as it is. Throws `LOAD_FAILED`
 * when the daemon says so, `UNAVAILABLE` when it goes away, `TIMEOUT` past the limits for loads, `CANCELLED`.
 */
export async function loadImages(
  connection: EngineConnection,
  archive: AsyncIterable<Uint8Array>,
  { signal, onLine, isBusy }: LoadImagesOptions = {},
): Promise<{ loaded: string[] }> {
  const { http } = connection;
  const operation = `loading into the Docker daemon at ${formatEndpoint(http.endpoint)}`;
  const stopped = new AbortController();
  const source = observe(untilAborted(archive, anyOf(signal, stopped.signal), operation));
  try {
    const path = `${await connection.versioned('/images/load', { signal })}?quiet=1`;
    const request: EngineRequest = {
      operation,
      method: 'POST',
      path,
      headers,
      signal,
      dedicated: true,
    };
    return await exchange(http, request, source, { onLine, isBusy });
  } catch (error) {
    throw source.failure ? source.failure.error : error;
  } finally {
    stopped.abort();
    if (!source.begun) await discard(archive);
  }
}

const headers = { 'content-type': 'application/x-tar', 'transfer-encoding': 'chunked' };

async function exchange(
  http: EngineHttp,
  request: EngineRequest,
  source: ObservedArchive,
  { onLine, isBusy }: LoadImagesOptions,
): Promise<{ loaded: string[] }> {
  const sent = await http.start(request);
  const guard = guardAgainstStall(http, request, sent, isBusy);
  try {
    const answer = readAnswer(sent, request, onLine);
    // The daemon may answer before it has everything: its answer decides, not how the sending ended.
    pipeline(source.chunks, sent).catch(() => {});
    return await answer;
  } catch (error) {
    throw engineFailure(http, request, guard.passed ?? error);
  } finally {
    sent.destroy();
  }
}

async function readAnswer(
  sent: ClientRequest,
  request: EngineRequest,
  onLine: LoadImagesOptions['onLine'],
): Promise<{ loaded: string[] }> {
  const { operation } = request;
  const response = await headOf(sent);
  if (response.statusCode !== 200) throw await refusalOf(request, response);
  const loaded: string[] = [];
  let unpackError: string | undefined;
  for await (const message of jsonMessages(response, { operation, code: 'LOAD_FAILED' })) {
    const text = message.optionalText('stream') ?? message.optionalText('status') ?? '';
    for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
      onLine?.(line);
      const name = /^Loaded image(?: ID)?: (.+)$/.exec(line)?.[1];
      if (name) loaded.push(name.trim());
      // The containerd store of late Docker 27 and of 28 reports a layer that it cannot unpack in no other
      // way than this line, after "Loaded image": the name exists then, its image cannot run.
      if (line.startsWith('Error unpacking image ')) unpackError ??= line;
    }
  }
  if (unpackError)
    throw new WarmdockError(
      'LOAD_FAILED',
      `${operation}: the Docker daemon says: ${unpackError.slice(0, 4096)}`,
    );
  return { loaded };
}

interface ObservedArchive {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether anything was asked of it. */
  begun: boolean;
  /** The error of the archive itself, which pipeline reports no differently from one of the connection. */
  failure?: { readonly error: unknown };
}

function observe(archive: AsyncIterable<Uint8Array>): ObservedArchive {
  const observed: ObservedArchive = { chunks: passOn(), begun: false };
  async function* passOn(): AsyncGenerator<Uint8Array> {
    observed.begun = true;
    try {
      yield* archive;
    } catch (error) {
      observed.failure = { error };
      throw error;
    }
  }
  return observed;
}

/** Ends the request when the daemon takes no bytes, or says nothing after the last one. */
function guardAgainstStall(
  { endpoint, limits }: EngineHttp,
  { operation }: EngineRequest,
  sent: ClientRequest,
  isBusy: LoadImagesOptions['isBusy'] = async () => false,
) {
  const { stallTimeoutMs, unpackTimeoutMs } = limits;
  const guard: { passed?: WarmdockError } = {};
  const end = async (what: string, timeoutMs: number) => {
    const written = sent.socket?.bytesWritten;
    if ((await isBusy()) || sent.socket?.bytesWritten !== written) {
      // The request itself listens to its socket only once.
      sent.socket?.setTimeout(timeoutMs, onTimeout);
      return;
    }
    guard.passed = timeoutError(operation, endpoint, what, timeoutMs);
    sent.destroy(guard.passed);
  };
  const onTimeout = () => {
    if (sent.writableFinished) void end('was silent', unpackTimeoutMs);
    else if (sent.writableNeedDrain) void end('took no data', stallTimeoutMs);
    // Else the archive's source is slow, which is no fault of the daemon.
    else sent.socket?.setTimeout(stallTimeoutMs, onTimeout);
  };
  sent.setTimeout(stallTimeoutMs);
  sent.once('finish', () => sent.setTimeout(unpackTimeoutMs));
  sent.on('timeout', onTimeout);
  return guard;
}

/** The iterator of a node stream that was never asked for anything does not end the stream. */
async function discard(archive: AsyncIterable<Uint8Array>): Promise<void> {
  if (archive instanceof Readable) archive.destroy();
  else await archive[Symbol.asyncIterator]().return?.();
}

function anyOf(signal: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return signal ? AbortSignal.any([signal, other]) : other;
}

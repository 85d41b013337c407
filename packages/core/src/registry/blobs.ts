import type { CallOptions, FetchOptions, UnsizedDescriptor } from '../content/content.js';
import { cancelled, isWarmdockError, messageOf } from '../errors.js';
import { Breaks } from './http/breaks.js';
import { drop, type Reply } from './http/exchange.js';
import { BrokenBodyError, damaged, type RegistryError } from './http/registry-error.js';
import { operationOf, type RepositoryAccess, read } from './repository-access.js';

/** Which part is still to come: from the first byte, to before the last one if that is known. */
interface Window {
  readonly from: number;
  readonly to: number | undefined;
}

export async function hasBlob(
  access: RepositoryAccess,
  { digest }: Pick<UnsizedDescriptor, 'digest'>,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const place = `blobs/${digest}`;
  const asked = { doing: `looking for blob ${digest}`, method: 'HEAD', place, signal } as const;
  const reply = await read(access, 'pull', { ...asked, accepts: [200, 404] });
  await drop(reply);
  return reply.status === 200;
}

/**
 * A blob's bytes, or a part of them; unverified. Where the connection breaks, the next one goes on
 * from there.
 *
 * Throws `NOT_FOUND`, `PROTOCOL` for an answer of another length than the descriptor's.
 */
export async function* fetchBlob(
  access: RepositoryAccess,
  blob: UnsizedDescriptor,
  { range, signal }: FetchOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const operation = operationOf(access, `reading blob ${blob.digest}`);
  const to = range ? range.offset + range.length : blob.size;
  const breaks = new Breaks();
  let from = range?.offset ?? 0;
  while (to === undefined || to === 0 || from < to) {
    const before = from;
    try {
      const reply = await askFor(access, blob, { from, to }, signal);
      for await (const chunk of bodyFrom(reply, { from, to }, operation)) {
        from += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (signal?.aborted) throw cancelled(operation, signal);
      if (!(error instanceof BrokenBodyError)) throw error;
      await breaks.wait(error, from > before, signal);
    }
  }
}

async function askFor(
  access: RepositoryAccess,
  { digest }: UnsizedDescriptor,
  { from, to }: Window,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const isPart = from > 0;
  return read(access, 'pull', {
    doing: `reading blob ${digest}`,
    place: `blobs/${digest}`,
    headers: {
      'accept-encoding': 'identity',
      ...(isPart && { range: `bytes=${from}-${to === undefined ? '' : to - 1}` }),
    },
    accepts: [200, 206],
    signal,
  });
}

/** The bytes of the window, whether the server sends them alone or the blob from its beginning. */
async function* bodyFrom(reply: Reply, window: Window, operation: string) {
  let at = startOf(reply, operation);
  if (at > window.from) throw damaged(operation, `its part begins at ${at}`);
  const end = window.to ?? Number.POSITIVE_INFINITY;
  try {
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      const begin = at;
      at += chunk.length;
      const part = chunk.subarray(Math.max(0, window.from - begin), Math.max(0, end - begin));
      if (part.length > 0) yield part;
      if (at > end) break;
    }
  } catch (cause) {
    if (isWarmdockError(cause)) throw cause;
    throw new BrokenBodyError(`${operation}: the connection broke off: ${messageOf(cause)}`, cause);
  } finally {
    reply.body.destroy();
  }
  if (window.to !== undefined && at < window.to) throw ended(reply, at, window.to, operation);
}

/** Where the answer begins in the blob. */
function startOf({ status, headers }: Reply, operation: string): number {
  if (status !== 206) return 0;
  const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
  if (start === undefined) throw damaged(operation, 'its part has no readable place');
  return Number(start);
}

/** A whole answer that is too short is wrong; without a length nobody knows whether it broke off. */
function ended({ headers }: Reply, at: number, to: number, operation: string): RegistryError {
  const announced = headers['content-length'];
  return announced === undefined
    ? new BrokenBodyError(`${operation}: ${at} of ${to} bytes came`, undefined)
    : damaged(operation, `${to} bytes were expected, ${at} came`);
}

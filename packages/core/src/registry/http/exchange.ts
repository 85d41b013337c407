import type { Readable } from 'node:stream';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Bytes at once, or as they come, which can be sent only once. */
export type RequestBody = Uint8Array | AsyncIterable<Uint8Array>;

/** An answer whose body is still to be read, or to be dropped by `drop`. */
export interface Reply {
  readonly status: number;
  /** By name in lower case; of several with one name the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  /** Where it came from, after redirects. */
  readonly url: URL;
}

/** Reads and forgets a body, so that its connection can be used again; a long one is cut off. */
export async function drop({ body }: Reply): Promise<void> {
  let left = 64 * 1024;
  try {
    for await (const chunk of body) {
      left -= (chunk as Uint8Array).length;
      if (left < 0) return;
    }
  } catch {
    // Nobody wants it.
  } finally {
    body.destroy();
  }
}

import type { RequestOptions } from 'node:https';

/** A request as both ways send it. */
export interface TokenRequest extends Pick<RequestOptions, 'ca'> {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

/** An answer whose body is still to be read. */
export interface TokenResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A token travels in a header, and servers written in Go take 1 MiB of those. */
export const answerLimitBytes = 1024 * 1024;

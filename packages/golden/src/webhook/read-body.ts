import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly readTimeoutMs: number;
}

export type Body =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'too large' | 'too slow' | 'broken off' | 'read by another' };

/** Reads the whole body, or stops at one that is too large or too slow. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  const { maxBodyBytes, readTimeoutMs } = limits;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  if (request.readableEnded) return Promise.resolve({ kind: 'read by another' });
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
    return Promise.resolve({ kind: 'too large' });
  return new Promise((resolve) => {
    const settle = (body: Body) => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', breakOff);
      request.pause();
      resolve(body);
    };
    const take = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBodyBytes) settle({ kind: 'too large' });
      else chunks.push(chunk);
    };
    const end = () => settle({ kind: 'read', bytes: Buffer.concat(chunks) });
    const breakOff = () => settle({ kind: 'broken off' });
    const timer = setTimeout(() => settle({ kind: 'too slow' }), readTimeoutMs);
    request.on('data', take).on('end', end).on('close', breakOff);
    request.on('error', () => {});
  });
}

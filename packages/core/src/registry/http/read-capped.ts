import type { Readable } from 'node:stream';
import { isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import type { Reply } from './exchange.js';
import { BrokenBodyError } from './registry-error.js';

/**
 * A whole body in memory, of at most `maxBytes`; unpacked where the server packs it unasked.
 *
 * Throws `PROTOCOL` for a larger one, and for a coding that is unknown, `BrokenBodyError`.
 */
export async function readCapped({ body, headers, url }: Reply, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of await decoded(body, headers['content-encoding'])) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes)
        throw new WarmdockError('PROTOCOL', `${url.host} sent more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw isWarmdockError(error) ? error : broken(url, error);
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks, sizeBytes);
}

async function decoded(body: Readable, coding = 'identity'): Promise<AsyncIterable<Uint8Array>> {
  if (coding === 'identity' || coding === '') return body;
  const { createBrotliDecompress, createGunzip, createInflate } = await import('node:zlib');
  const decoders = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const decoder = decoders[coding.toLowerCase() as keyof typeof decoders];
  if (!decoder)
    throw new WarmdockError(
      'PROTOCOL',
      `the answer has the unknown coding ${JSON.stringify(coding.slice(0, 40))}`,
    );
  const unpacked = decoder();
  body.once('error', (error) => unpacked.destroy(error));
  return body.pipe(unpacked);
}

function broken(url: URL, cause: unknown): BrokenBodyError {
  return new BrokenBodyError(`the answer of ${url.host} broke off: ${messageOf(cause)}`, cause);
}

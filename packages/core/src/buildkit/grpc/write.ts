import type { Http2Stream } from 'node:http2';

/**
 * Writes and says when to go on: `undefined` for at once, else a promise of the next drain.
 *
 * A stream that has gone takes the bytes nowhere; its end is reported where it is read.
 */
export function writeAll(stream: Http2Stream, bytes: Uint8Array): Promise<void> | undefined {
  if (stream.destroyed || stream.writableEnded || stream.write(bytes)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
}

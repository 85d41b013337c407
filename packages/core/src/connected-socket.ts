import type { Socket } from 'node:net';

/** What `connectedSocket` rejects with when it took too long. */
export const connectedTooLate = new Error('took too long');

export interface ConnectedSocketOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a socket is connected, `connect` or `secureConnect` by its kind.
 *
 * Rejects with node's error, with `connectedTooLate`, or, when the signal has fired, with any error; the
 * socket is destroyed then.
 */
export function connectedSocket(
  socket: Socket,
  event: string,
  { timeoutMs, signal }: ConnectedSocketOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(connectedTooLate), timeoutMs);
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    // What was read before, such as TLS files, took its time.
    if (signal?.aborted) abort();
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    socket.once(event, () => {
      settle();
      resolve();
    });
    socket.once('error', reject).once('close', () => {
      settle();
      reject(new Error('the connection was closed'));
    });
  });
}

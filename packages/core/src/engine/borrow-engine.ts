import { type ConnectEngineOptions, connectEngine, type Engine } from './engine.js';

/** A daemon for the length of a call. */
export interface BorrowedEngine extends AsyncDisposable {
  readonly engine: Engine;
}

/** The connection that was given, which stays open, or one to the address, which is closed with this. */
export function borrowEngine(
  wanted: string | Engine | undefined,
  options: Pick<ConnectEngineOptions, 'env'>,
): BorrowedEngine {
  if (typeof wanted === 'object') return { engine: wanted, [Symbol.asyncDispose]: async () => {} };
  const engine = connectEngine(wanted, { env: options.env });
  return { engine, [Symbol.asyncDispose]: async () => engine.close() };
}

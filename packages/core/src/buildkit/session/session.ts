import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../errors.js';
import { WriteError } from '../../write-error.js';
import { type Method, type Methods, serve } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import type { Attachable } from './attachable.js';
import { health } from './health.js';

/** What a session serves, and under which key. */
export interface SessionOptions {
  attachables: readonly Attachable[];
  /**
   * Scopes what BuildKit keeps of our directories from build to build.
   *
   * Same key and directory name: only changed files are sent. Whoever knows the key can seed that
   * state, so it must not be guessable by others on a shared builder.
   */
  sharedKey: string;
  /**
   * How long nothing may be heard of the builder before the session counts as broken, default 30 s:
   * BuildKit asks a live session for its health every 5 s.
   */
  silenceMs?: number | undefined;
}

/** A running session; BuildKit reaches it by `id`. */
export interface Session {
  readonly id: string;
  /** Resolves when the tunnel has ended, with the reason if it broke. */
  readonly ended: Promise<Error | undefined>;
  /**
   * Why this side could not take what the builder sent: it says so in words of its own, or in none. The
   * first such failure.
   */
  readonly failure?: WriteError | undefined;
  close(): void;
}

/** BuildKit asks a live session for its health every 5 s, so a silent one is dead. */
const defaultSilenceMs = 30_000;

/**
 * Opens the tunnel; receives what BuildKit must know of the session as lower-case header fields.
 * `signal` ends the opening; the tunnel afterwards ends with the session.
 */
export type OpenTunnel = (
  headers: Record<string, string | string[]>,
  signal: AbortSignal,
) => Promise<Duplex>;

/**
 * Serves `attachables` to a BuildKit through a tunnel that this side opens.
 *
 * Returns at once: a solve may name the session before the tunnel is up, BuildKit waits for it.
 * Follows BuildKit's session package: inside the tunnel the client is the HTTP/2 server.
 */
export function startSession(openTunnel: OpenTunnel, options: SessionOptions): Session {
  const id = randomUUID().replaceAll('-', '');
  let failure: WriteError | undefined;
  const note = (error: unknown) => {
    if (error instanceof WriteError) failure ??= error;
  };
  const methods: Methods = new Map(
    [health, ...options.attachables]
      .flatMap(({ methods }) => Object.entries(methods))
      .map(([path, method]) => [path, noting(method, note)]),
  );
  const closing = new AbortController();
  const { sharedKey, silenceMs = defaultSilenceMs } = options;
  const opening = openTunnel(sessionHeaders(id, sharedKey, methods), closing.signal);
  const ended = runTunnel(opening, (tunnel) => serve(tunnel, methods, silenceMs), closing.signal);
  return {
    id,
    ended,
    get failure() {
      return failure;
    },
    close: () => closing.abort(),
  };
}

function noting(method: Method, note: (error: unknown) => void): Method {
  return async (call) => {
    try {
      await method(call);
    } catch (error) {
      note(error);
      throw error;
    }
  };
}

function sessionHeaders(
  id: string,
  sharedKey: string,
  methods: Methods,
): Record<string, string | string[]> {
  return {
    'x-docker-expose-session-uuid': id,
    'x-docker-expose-session-sharedkey': sharedKey,
    'x-docker-expose-session-grpc-method': [...methods.keys()],
  };
}

async function runTunnel(
  opening: Promise<Duplex>,
  serveAt: (tunnel: Duplex) => Promise<void>,
  closing: AbortSignal,
): Promise<Error | undefined> {
  try {
    const tunnel = await opening;
    let failure: Error | undefined;
    tunnel.on('error', (error) => {
      failure = error;
    });
    closing.addEventListener('abort', () => tunnel.destroy(), { once: true });
    if (closing.aborted) tunnel.destroy();
    else await serveAt(tunnel);
    return closing.aborted ? undefined : failure;
  } catch (error) {
    return closing.aborted ? undefined : asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new GrpcStatusError(GrpcCode.UNKNOWN, messageOf(error));
}

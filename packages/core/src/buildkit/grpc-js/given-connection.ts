import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import { messageOf, WarmdockError } from '../../errors.js';

/**
 * Makes grpc-js speak on a connection that is open already, once.
 *
 * It always dials first and then asks the credentials for the connection to use: to it a TLS one on
 * top, here the given one in place of what it dialled. That hook is `SecureConnector` of its
 * experimental interface.
 */
export class GivenConnection extends ChannelCredentials {
  #connection: Duplex | undefined;

  constructor(connection: Duplex) {
    super();
    this.#connection = connection;
  }

  _isSecure(): boolean {
    return false;
  }

  _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  _createSecureConnector(
    ..._: Parameters<ChannelCredentials['_createSecureConnector']>
  ): experimental.SecureConnector {
    return {
      connect: async (dialled) => {
        dialled.destroy();
        return this.#take();
      },
      waitForReady: async () => {},
      getCallCredentials: () => CallCredentials.createEmpty(),
      destroy() {},
    };
  }

  /** Whoever asks again wants to connect anew, which is not for grpc-js to do. */
  #take(): experimental.SecureConnectResult {
    const connection = this.#connection;
    if (!connection) throw new Error('the connection is used up');
    this.#connection = undefined;
    // It need not be a socket: node:http2 takes any duplex stream, and asks a socket for no more.
    return { socket: connection as Socket, secure: 'encrypted' in connection };
  }
}

/** What grpc-js may dial, for nothing. */
export interface Doorstep {
  /** For a channel. */
  readonly target: string;
  remove(): void;
}

/**
 * A unix socket that takes connections and ends them, in a folder that is ours alone.
 *
 * Throws `UNAVAILABLE` where temporary files cannot be made.
 */
export async function openDoorstep(): Promise<Doorstep> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'warmdock-grpc-'));
    return await listenBelow(folder);
  } catch (cause) {
    const message = `cannot make the socket that grpc-js needs in ${tmpdir()}: ${messageOf(cause)}`;
    const hint = 'make it writable, or set TMPDIR to another folder with a short path';
    throw new WarmdockError('UNAVAILABLE', message, { hint, cause });
  }
}

async function listenBelow(folder: string): Promise<Doorstep> {
  const server = createServer((socket) => socket.destroy());
  const remove = () => {
    server.close();
    rm(folder, { recursive: true, force: true }).catch(() => {});
  };
  const path = join(folder, 's');
  try {
    await once(server.listen(path), 'listening');
    return { target: `unix:${path}`, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

import type { Duplex } from 'node:stream';
import { messageOf, WarmdockError } from '../errors.js';
import { type Channel, type ChannelOptions, type Elsewhere, openChannel } from './grpc/channel.js';

/** What speaks gRPC to a builder: this package itself, or `@grpc/grpc-js`, which is loaded only then. */
export type GrpcClient = 'builtin' | 'grpc-js';

const clients: readonly string[] = ['builtin', 'grpc-js'] satisfies GrpcClient[];

/**
 * The client that an option asks for, else the variable `WARMDOCK_GRPC`, else `builtin`.
 *
 * Throws `INVALID_ARGUMENT` for any other.
 */
export function chooseGrpcClient(
  option: GrpcClient | undefined,
  env: Readonly<NodeJS.ProcessEnv> = {},
): GrpcClient {
  if (option !== undefined) return checked(option, 'option grpc');
  return env.WARMDOCK_GRPC ? checked(env.WARMDOCK_GRPC, 'WARMDOCK_GRPC') : 'builtin';
}

function checked(client: string, origin: string): GrpcClient {
  if (clients.includes(client)) return client as GrpcClient;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot use ${JSON.stringify(client)} as gRPC client, which ${origin} asks for`,
    { hint: `choose ${clients.join(' or ')}` },
  );
}

/** Opens a channel on a byte stream; `peer` names the other side in errors. */
export type OpenChannel = (
  connection: Duplex,
  peer: string,
  options?: ChannelOptions,
  elsewhere?: Elsewhere,
) => Channel | Promise<Channel>;

/** Loads a client; throws `UNSUPPORTED` when `@grpc/grpc-js` is not there. */
export async function loadGrpcClient(client: GrpcClient): Promise<OpenChannel> {
  if (client === 'builtin') return openChannel;
  try {
    return (await import('./grpc-js/channel.js')).openGrpcJsChannel;
  } catch (cause) {
    throw new WarmdockError('UNSUPPORTED', `cannot load @grpc/grpc-js: ${messageOf(cause)}`, {
      hint: 'a bundled program has to leave @grpc/grpc-js external, and have it installed beside it',
      cause,
    });
  }
}

import type { GrpcClient, OpenChannel } from '../grpc-client.js';
import { openGrpcJsChannel } from '../grpc-js/channel.js';
import { openChannel } from './channel.js';

/** All that speak gRPC to a builder, for `describe.each`: one suite holds for them. */
export const channels: readonly [client: GrpcClient, open: OpenChannel][] = [
  ['builtin', openChannel],
  ['grpc-js', openGrpcJsChannel],
];

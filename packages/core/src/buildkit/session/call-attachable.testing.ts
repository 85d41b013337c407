import { duplexPair } from 'node:stream';
import { openChannel } from '../grpc/channel.js';
import { serve } from '../grpc/server.js';
import type { Attachable } from './attachable.js';
import type { Codec } from './unary.js';

/** Calls a method of an attachable as BuildKit does, through gRPC; throws the status it answers with. */
export async function callAttachable<Request, Response>(
  attachable: Attachable,
  method: string,
  [request, response]: [Codec<Request>, Codec<Response>],
  message: Request,
): Promise<Response> {
  const [ours, theirs] = duplexPair();
  void serve(ours, new Map(Object.entries(attachable.methods)), 10_000);
  const channel = openChannel(theirs, 'test');
  try {
    return response.decode(await channel.unary(method, request.encode(message).finish()));
  } finally {
    channel.close();
  }
}

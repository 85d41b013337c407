import type { Method, ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';

/** What generated messages offer. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** A method of one request and one answer. */
export function unary<Request, Response>(
  request: Codec<Request>,
  response: Codec<Response>,
  respond: (request: Request, call: ServerCall) => Promise<Response>,
): Method {
  return async (call) => {
    for await (const [message] of call.batches) {
      if (!message) continue;
      call.write([response.encode(await respond(request.decode(message), call)).finish()]);
      return;
    }
    throw new GrpcStatusError(GrpcCode.INVALID_ARGUMENT, 'the call carried no request');
  };
}

import type { Call } from './call.js';
import { GrpcCode, GrpcStatusError } from './status.js';

/** Sends the one request of a unary call and waits for its one answer. */
export async function oneAnswer(call: Call, method: string, request: Uint8Array): Promise<Buffer> {
  call.write([request]);
  call.end();
  let answer: Buffer | undefined;
  for await (const message of call.messages) answer ??= message;
  if (answer) return answer;
  throw new GrpcStatusError(GrpcCode.INTERNAL, `${method} answered OK without a message`);
}

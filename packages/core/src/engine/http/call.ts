import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { startDeadline } from './deadline.js';
import { connectionError, statusError, timeoutError } from './engine-error.js';
import { type EngineHttp, type EngineRequest, endRequest } from './http.js';

export interface EngineAnswer {
  /** That of the request, for errors. */
  readonly operation: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Docker's own client has no bound. The list of 10,000 images has 5 MB, and with it their labels, of
 * which one may have megabytes; a string of V8 takes 512 MB.
 */
const maxAnswerBytes = 256 * 1024 * 1024;
const maxErrorBytes = 4 * 1024;

/**
 * Sends a request, with JSON or without a body, and reads its whole answer, whatever its status.
 *
 * Throws `UNAVAILABLE` or `PERMISSION_DENIED` when the daemon cannot be reached, `TIMEOUT` when it
 * has not answered in time, `CANCELLED`.
 */
export async function call(http: EngineHttp, request: EngineRequest): Promise<EngineAnswer> {
  const sent = await http.start(request);
  const { answerTimeoutMs } = http.limits;
  const deadline = startDeadline(sent, answerTimeoutMs, () =>
    timeoutError(request.operation, http.endpoint, 'gave no answer', answerTimeoutMs),
  );
  try {
    const answered = headOf(sent);
    endRequest(sent, request);
    const head = await answered;
    const { statusCode: status = 0, headers } = head;
    return { operation: request.operation, status, headers, body: await readBody(head, request) };
  } catch (error) {
    if (isStale(sent, error)) return call(http, { ...request, dedicated: true });
    throw engineFailure(http, request, deadline.passed ?? error);
  } finally {
    deadline.stop();
  }
}

/** The JSON of an answer with this status; throws for every other one. */
export function jsonOf(answer: EngineAnswer, status = 200): unknown {
  if (answer.status !== status) throw refusedByEngine(answer);
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch (cause) {
    throw new WarmdockError(
      'PROTOCOL',
      `${answer.operation}: the answer is not JSON: ${messageOf(cause).slice(0, 200)}`,
      { cause },
    );
  }
}

/** False for 404; throws for any other failure. */
export function succeeded(answer: EngineAnswer): boolean {
  if (answer.status === 404) return false;
  if (answer.status >= 200 && answer.status < 300) return true;
  throw refusedByEngine(answer);
}

/** The error for an answer that the caller has no use for. */
export function refusedByEngine({ operation, status, body }: EngineAnswer): WarmdockError {
  return statusError(operation, status, body.subarray(0, maxErrorBytes).toString('utf8'));
}

/** The same for an answer whose body is still to be read; of that, no more than 4 KiB are. */
export async function refusalOf(
  { operation }: EngineRequest,
  response: IncomingMessage,
): Promise<WarmdockError> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= maxErrorBytes) break;
  }
  return refusedByEngine({
    operation,
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  });
}

/** The head of the answer; rejects with node's error when there is none. */
export function headOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request.once('response', resolve).on('error', reject));
}

/** What a failed request means for its caller. */
export function engineFailure(
  { endpoint }: EngineHttp,
  { operation, signal }: EngineRequest,
  error: unknown,
): WarmdockError {
  if (signal?.aborted) return cancelled(operation, signal);
  return isWarmdockError(error) ? error : connectionError(operation, endpoint, error);
}

/** An idle connection that the daemon closed at the very moment when it was taken up again; asking twice changes nothing. */
function isStale(sent: ClientRequest, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return sent.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}

async function readBody(message: IncomingMessage, { operation }: EngineRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxAnswerBytes)
      throw new WarmdockError(
        'PROTOCOL',
        `${operation}: the answer has more than ${maxAnswerBytes} bytes`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

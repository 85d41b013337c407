import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long a sender may go on with a refused body, so that it can read the answer. */
const lingerMs = 1_000;

/** Answers in JSON; the connection ends when the request was not read to its end. */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: Reply,
): void {
  if (response.destroyed || response.headersSent) return;
  const content = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    'cache-control': 'no-store',
    ...(!request.complete && { connection: 'close' }),
    ...headers,
  });
  response.end(content);
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.destroy(), lingerMs).unref();
}

export function refusal(status: number, error: string, headers?: Record<string, string>): Reply {
  return { status, body: { error }, ...(headers && { headers }) };
}

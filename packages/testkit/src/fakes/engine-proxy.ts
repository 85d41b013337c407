import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { type EngineReply, refuseUpgrade, sendFakeReply } from './fake-engine.js';
import { type Listening, listenAt } from './listen.js';

export interface EngineProxyOptions {
  /** Of the daemon. */
  socket: string;
  /** The answer in the daemon's stead; `undefined` for all that it may answer itself. */
  intercept(method: string, path: string): EngineReply | undefined;
  /** What all answers tell in place of the daemon's newest API version. */
  apiVersion?: string;
}

/** A daemon some of whose answers the test gives, after the request has been read to its end. */
export async function startEngineProxy(options: EngineProxyOptions): Promise<Listening> {
  const { socket, intercept, apiVersion } = options;
  const told = apiVersion === undefined ? {} : { 'api-version': apiVersion };
  const server = createServer((message, response) => {
    const { method = '', url = '' } = message;
    const reply = intercept(method, url);
    if (reply === undefined) pass(socket, message, response, told);
    else message.resume().once('end', () => sendFakeReply(response, reply));
  });
  server.on('upgrade', (message: IncomingMessage, client, head) => {
    const reply = intercept(message.method ?? '', message.url ?? '');
    if (reply !== undefined) return refuseUpgrade(client, reply);
    const daemon = connect(socket);
    daemon.write(`${message.method} ${message.url} HTTP/1.1\r\n${headOf(message)}\r\n`);
    daemon.write(head);
    pipeline(client, daemon, client, () => daemon.destroy());
  });
  return listenAt(server, 'unix');
}

function pass(
  socketPath: string,
  message: IncomingMessage,
  response: ServerResponse,
  told: Record<string, string>,
): void {
  const { method, url: path, headers } = message;
  const onward = request({ socketPath, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...told });
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  message.pipe(onward);
}

function headOf({ rawHeaders }: IncomingMessage): string {
  let head = '';
  for (let at = 0; at < rawHeaders.length; at += 2)
    head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return head;
}

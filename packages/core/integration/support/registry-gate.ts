import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { useTestbed } from '@warmdock/testkit';
import { addressOf } from './faults.js';

/** How a registry wants to be shown who asks. */
export type Scheme = 'basic' | 'bearer';

export const login = { username: 'somebody', password: 'a pass:word' };
const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
const token = 'a-token-of-the-test';

/** The testbed's registry behind a login; `host:port` as it stands in references. */
export async function gatedRegistry(scheme: Scheme): Promise<string> {
  let host = '';
  const server = createServer((message, response) => {
    const given = message.headers.authorization;
    if (message.url?.startsWith('/token')) return giveToken(given, response);
    if (given === (scheme === 'basic' ? basic : `Bearer ${token}`)) return pass(message, response);
    const challenge =
      scheme === 'basic'
        ? 'Basic realm="test"'
        : `Bearer realm="http://${host}/token",service="test"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[]}');
  });
  host = (await addressOf(server)).replace('tcp://', '');
  return host;
}

/** A token server without OAuth: a login by basic authentication gets a token. */
function giveToken(given: string | undefined, response: ServerResponse): void {
  if (given !== basic) response.writeHead(401).end();
  else response.end(JSON.stringify({ token, expires_in: 300 }));
}

function pass(message: IncomingMessage, response: ServerResponse): void {
  const { authorization: _, ...headers } = message.headers;
  const [host, port] = useTestbed().registry.address.split(':');
  const { method, url } = message;
  const onward = request({ host, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  message.pipe(onward);
}

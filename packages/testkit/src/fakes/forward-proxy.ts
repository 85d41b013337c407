import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Listening, listenAt } from './listen.js';

export interface ForwardProxyOptions {
  /** The port of this machine at which every host is found, whatever its name. */
  targetPort: number;
  /** `user:password` that a client has to show, default none. */
  login?: string;
}

export interface ForwardProxy extends Listening {
  /** What was asked for, in order: `CONNECT host:port`, `GET http://...`. */
  readonly requests: readonly string[];
}

/** An HTTP proxy: tunnels by CONNECT, and requests with a whole URL. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const { targetPort: port, login } = options;
  const requests: string[] = [];
  const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((message, response) => {
    const { method, url = '', headers } = message;
    requests.push(`${method} ${url}`);
    if (wanted && headers['proxy-authorization'] !== wanted) return response.writeHead(407).end();
    const { pathname, search } = new URL(url);
    const onward = request({ host: '127.0.0.1', port, method, path: pathname + search, headers });
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    return message.pipe(onward);
  });
  server.on('connect', ({ url, headers }, client: Duplex) => {
    requests.push(`CONNECT ${url}`);
    if (wanted && headers['proxy-authorization'] !== wanted)
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const target = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    const broken = () => {
      client.destroy();
      target.destroy();
    };
    for (const end of [client, target]) end.on('error', broken).on('close', broken);
    return client.pipe(target).pipe(client);
  });
  return Object.assign(await listenAt(server, 'tcp'), { requests });
}

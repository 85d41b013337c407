import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  performServerHandshake,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { duplexPair } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import { type Channel, type ChannelOptions, openChannel } from './channel.js';

const ask = '/moby.buildkit.v1.Control/ListWorkers';
const nothing = new Uint8Array();

async function channelToServer(server: Server, options: ChannelOptions = {}): Promise<Channel> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const channel = openChannel(await dialBuilder(parseBuilderAddress(address)), 'the peer', options);
  onTestFinished(() => channel.close());
  return channel;
}

it.each<[string, ChannelOptions, object]>([
  ['without a target', {}, { ':scheme': 'http', ':authority': 'localhost' }],
  [
    'with one',
    { target: { scheme: 'https', authority: 'builder.test' } },
    { ':scheme': 'https', ':authority': 'builder.test' },
  ],
])('a request of a channel %s says where it goes', async (_rule, options, target) => {
  const [ours, theirs] = duplexPair();
  const session = performServerHandshake(theirs as never);
  const channel = openChannel(ours, 'the peer', options);
  onTestFinished(() => channel.close());
  const answer = channel.unary(ask, nothing);
  const [stream, headers] = await once(session, 'stream');
  expect(headers).toMatchObject({ ...target, ':method': 'POST', ':path': ask, te: 'trailers' });
  const head = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' };
  stream.respond(head, { endStream: true });
  await expect(answer).rejects.toMatchObject({ status: 5 });
});

it('a call for which the peer has no room in time is TIMEOUT, with a hint; the others go on', async () => {
  const streams: ServerHttp2Stream[] = [];
  const server = createHttp2Server({ settings: { maxConcurrentStreams: 1 } });
  server.on('stream', (stream) => void streams.push(stream.on('error', () => {})));
  const channel = await channelToServer(server, { freeStreamMs: 100 });
  const open = channel.unary(ask, nothing);
  await expect.poll(() => streams.length).toBe(1);
  await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining(`${ask} on the peer could not be sent: it takes 1 requests`),
    hint: expect.stringContaining('same time'),
  });
  const trailersOnly = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' };
  streams[0]?.respond(trailersOnly, { endStream: true });
  await expect(open).rejects.toMatchObject({ status: 5 });
});

it('an HTTP/1.1 server is cited with the line in which it refuses', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {}).end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
  });
  const channel = await channelToServer(server);
  await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('"503 Service Unavailable"'),
  });
});

import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import { openChannel } from './channel.js';

/** What a call ends with that is answered by hand. */
async function failureOf(answer: (stream: ServerHttp2Stream) => void): Promise<unknown> {
  const server = createServer().on('stream', (stream) => answer(stream.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const channel = openChannel(
    await dialBuilder(parseBuilderAddress(`tcp://127.0.0.1:${port}`)),
    'the peer',
  );
  onTestFinished(() => {
    channel.close();
    server.close();
  });
  return channel.unary('/a.Service/Method', new Uint8Array()).catch((error: unknown) => error);
}

const page =
  '<html>\r\n<head><title>502 Bad Gateway</title><style>p{}</style></head>\r\n' +
  '<body>\r\n<center><h1>The builder is away</h1></center>\r\n<hr>nginx/1.28\u001b[31m\u0000</body>\r\n</html>';

describe('a page instead of a gRPC answer', () => {
  it('is told: the status, its kind and what it says, and who speaks', async () => {
    const failure = await failureOf((stream) => {
      stream.respond({ ':status': 502, 'content-type': 'text/html' });
      stream.end(page);
    });
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      message:
        '/a.Service/Method on the peer was answered by HTTP 502 (text/html): ' +
        '502 Bad Gateway The builder is away nginx/1.28 [31m',
      hint: expect.stringContaining('proxy'),
    });
  });

  it.each([
    [400, 'PROTOCOL'],
    [401, 'PERMISSION_DENIED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'UNSUPPORTED'],
    [413, 'PROTOCOL'],
    [429, 'UNAVAILABLE'],
    [500, 'PROTOCOL'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'UNAVAILABLE'],
  ])('with HTTP %i is %s', async (status, code) => {
    const failure = await failureOf((stream) =>
      stream.respond({ ':status': status }, { endStream: true }),
    );
    expect(failure).toMatchObject({
      code,
      message: expect.stringContaining(`HTTP ${status}`),
      hint: expect.stringContaining('proxy'),
    });
  });

  it.each(['text/html', 'application/grpc-web', ''])(
    'with HTTP 200 and the type %j is PROTOCOL',
    async (type) => {
      const failure = await failureOf((stream) => {
        stream.respond({ ':status': 200, ...(type && { 'content-type': type }) });
        stream.end('<h1>Welcome</h1>');
      });
      expect(failure).toMatchObject({
        code: 'PROTOCOL',
        message: expect.stringContaining('Welcome'),
      });
    },
  );

  it('is cut where it is long', async () => {
    const failure = (await failureOf((stream) => {
      stream.respond({ ':status': 502, 'content-type': 'text/plain' });
      stream.end('many words '.repeat(10_000));
    })) as Error;
    expect(failure.message).toContain('many words many words');
    expect(failure.message.length).toBeLessThan(400);
  });

  it('that is broken off, or never comes to its end, is told all the same', async () => {
    const [broken, endless] = await Promise.all([
      failureOf((stream) => {
        stream.respond({ ':status': 502, 'content-type': 'text/html' });
        stream.write('<h1>half', () => stream.close(2));
      }),
      failureOf((stream) => stream.respond({ ':status': 503, 'content-type': 'text/html' })),
    ]);
    expect(broken).toMatchObject({ message: expect.stringContaining('HTTP 502') });
    expect(endless).toMatchObject({ message: expect.stringContaining('HTTP 503') });
  });

  it.each([502, 200])('with HTTP %i and a gRPC status is what the status says', async (status) => {
    const failure = await failureOf((stream) =>
      stream.respond(
        { ':status': status, 'grpc-status': '5', 'grpc-message': 'no such thing' },
        { endStream: true },
      ),
    );
    expect(failure).toMatchObject({ status: 5, message: 'no such thing' });
  });
});

it.each(['application/grpc', 'application/grpc+proto', 'application/grpc; charset=utf-8'])(
  'an answer of the type %s is gRPC',
  async (type) => {
    const failure = await failureOf((stream) => {
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '9' }));
      stream.respond({ ':status': 200, 'content-type': type }, { waitForTrailers: true });
      stream.end();
    });
    expect(failure).toMatchObject({ status: 9 });
  },
);

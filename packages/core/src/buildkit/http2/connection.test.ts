import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http2, { type ServerHttp2Stream } from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Http2Connection, openConnection } from './connection.js';
import { readAll } from './raw-peer.testing.js';
import type { Http2Stream } from './stream.js';

const windows = { streamWindowBytes: 200_000, connectionWindowBytes: 400_000 };
const request = [':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 'here'];

type OnStream = (
  stream: ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  flags: number,
  raw: string[],
) => void;

/** Our client, and `node:http2` as the server at the other end. */
function clientTo(
  answer: (stream: ServerHttp2Stream, headers: http2.IncomingHttpHeaders, raw: string[]) => void,
  settings: http2.Settings = {},
): Http2Connection {
  const [ours, theirs] = duplexPair();
  const session = http2.performServerHandshake(theirs, { settings });
  session.on('error', () => {});
  const onStream: OnStream = (stream, headers, _flags, raw) => {
    stream.on('error', () => {});
    answer(stream, headers, raw);
  };
  session.on('stream', onStream);
  const connection = openConnection(ours, { role: 'client', ...windows, onEnd() {} });
  onTestFinished(() => connection.close());
  return connection;
}

/** `node:http2` as the client, and our server at the other end. */
function serverFor(onStream: (stream: Http2Stream) => void, options: http2.Settings = {}) {
  const [ours, theirs] = duplexPair();
  openConnection(ours, { role: 'server', ...windows, maxStreams: 100, onStream, onEnd() {} });
  const session = http2.connect('http://here', {
    createConnection: () => theirs as Duplex,
    settings: options,
  });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

function field(list: readonly string[] | undefined, name: string): string | undefined {
  const at = list?.findIndex((text, index) => index % 2 === 0 && text === name) ?? -1;
  return at < 0 ? undefined : list?.[at + 1];
}

const echo = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200 });
  stream.pipe(stream);
};

describe('a request to node:http2', () => {
  it('carries header fields, bodies and trailers, there and back', async () => {
    const connection = clientTo((stream, headers, raw) => {
      stream.respond({ ':status': 200, 'x-method': headers[':method'] }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-raw': raw.join(' ') }));
      stream.end('hello');
    });
    const stream = connection.request([...request, 'x-a', '1, 2', 'x-a', '3']);
    stream.end();
    expect(String(await readAll(stream))).toBe('hello');
    expect(field(stream.headers, ':status')).toBe('200');
    expect(field(stream.headers, 'x-method')).toBe('POST');
    expect(field(stream.trailers, 'x-raw')).toContain('x-a 1, 2 x-a 3');
    expect(stream.closed).toBe(true);
  });

  it.each([0, 1, 16_384, 16_385, 1_000_000, 5_000_000])('carries %i bytes', async (size) => {
    const sent = randomBytes(size);
    const stream = clientTo(echo).request(request);
    void stream.write([sent.subarray(0, size / 3), sent.subarray(size / 3)]);
    stream.end();
    expect((await readAll(stream)).equals(sent)).toBe(true);
  });

  it('runs beside others, more than the peer takes at once', async () => {
    const connection = clientTo(echo, { maxConcurrentStreams: 3 });
    // Its settings have come with the first answer; what is above them it refuses.
    const first = connection.request(request);
    first.end();
    await readAll(first);
    const sent = Array.from({ length: 40 }, (_, index) => Buffer.alloc(1 + index * 999, index));
    const echoed = sent.map((bytes) => {
      const stream = connection.request(request);
      void stream.write([bytes]);
      stream.end();
      return readAll(stream);
    });
    expect((await Promise.all(echoed)).every((bytes, at) => bytes.equals(sent[at] ?? bytes))).toBe(
      true,
    );
  });

  it('shares the connection fairly with others', async () => {
    const ends: number[] = [];
    const connection = clientTo(echo);
    const bulks = [1, 2].map(async (name) => {
      const stream = connection.request(request);
      void stream.write([Buffer.alloc(3_000_000)]);
      stream.end();
      await readAll(stream);
      ends.push(name);
    });
    const small = connection.request(request);
    void small.write([Buffer.from('small')]);
    small.end();
    await readAll(small);
    ends.push(0);
    await Promise.all(bulks);
    expect(ends[0]).toBe(0);
  });

  it.each([
    [
      'every printable character',
      String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32)),
    ],
    ['bytes beyond ASCII', String.fromCharCode(...Array.from({ length: 128 }, (_, i) => i + 128))],
  ])('takes Huffman codes of %s', async (_what, text) => {
    // Short codes beside it, as Node uses Huffman only where that is shorter.
    const value = `${text.trim()}${'e'.repeat(2_000)}`;
    const connection = clientTo((stream) =>
      stream.respond({ ':status': 200, 'x-value': value }, { endStream: true }),
    );
    const stream = connection.request(request);
    stream.end();
    await readAll(stream);
    expect(field(stream.headers, 'x-value')).toBe(value);
  });

  it('sends header fields above the size of a frame', async () => {
    const value = 'x'.repeat(50_000);
    const connection = clientTo((stream, headers) =>
      stream.respond(
        { ':status': 200, 'x-length': headers['x-value']?.length },
        { endStream: true },
      ),
    );
    const stream = connection.request([...request, 'x-value', value]);
    stream.end();
    await readAll(stream);
    expect(field(stream.headers, 'x-length')).toBe('50000');
  });

  it('may be reset at any time, also while it is read', async () => {
    const codes: number[] = [];
    const connection = clientTo((stream) => {
      stream.once('close', () => codes.push(stream.rstCode ?? -1));
      stream.respond({ ':status': 200 });
      stream.write(Buffer.alloc(100_000));
    });
    for (let round = 0; round < 30; round++) {
      const stream = connection.request(request);
      for await (const _ of stream.body) {
        stream.reset(8);
        break;
      }
      expect(stream.closed).toBe(true);
    }
    const last = connection.request(request);
    const { value } = await last.body[Symbol.asyncIterator]().next();
    expect(value).toBeDefined();
    expect(new Set(codes)).toEqual(new Set([8]));
  });

  it('that is reset by the peer throws, and the others go on', async () => {
    const connection = clientTo((stream, headers) => {
      if (headers['x-what'] === 'reset') stream.close(7);
      else echo(stream);
    });
    const refused = connection.request([...request, 'x-what', 'reset']);
    const other = connection.request(request);
    await expect(readAll(refused)).rejects.toMatchObject({
      name: 'StreamReset',
      http2Code: 7,
      message: expect.stringContaining('REFUSED_STREAM'),
    });
    void other.write([Buffer.from('on')]);
    other.end();
    expect(String(await readAll(other))).toBe('on');
  });

  it('throws when its headers cannot be sent, and leaves the connection as it was', async () => {
    const connection = clientTo(echo);
    expect(() => connection.request([...request, 'x-a', 'two\nlines'])).toThrow('x-a');
    expect(() => connection.request([...request, 'x-a', '日本'])).toThrow('x-a');
    const stream = connection.request(request);
    stream.end();
    await readAll(stream);
  });
});

describe('a request of node:http2', () => {
  it('is answered with headers, body and trailers', async () => {
    const session = serverFor(async (stream) => {
      const body = await readAll(stream);
      stream.respond([':status', '200', 'x-path', field(stream.headers, ':path') ?? '']);
      void stream.write([body]);
      stream.end(['x-after', 'all']);
    });
    const sent = randomBytes(700_000);
    const call = session.request({ ':method': 'POST', ':path': '/there' });
    call.end(sent);
    const [headers] = await once(call, 'response');
    const trailers = once(call, 'trailers');
    const received: Buffer[] = [];
    for await (const chunk of call) received.push(chunk);
    expect(headers['x-path']).toBe('/there');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    expect((await trailers)[0]['x-after']).toBe('all');
  });

  it('is answered before it has ended, and ends with that', async () => {
    const session = serverFor((stream) => {
      stream.respond([':status', '200']);
      stream.end(['x-after', 'all']);
    });
    const call = session.request({ ':method': 'POST' }, { endStream: false });
    const closing = once(call, 'close');
    call.resume();
    const [trailers] = await once(call, 'trailers');
    expect(trailers['x-after']).toBe('all');
    await closing;
    expect(call.rstCode).toBe(0);
  });

  it('with a table of another size is understood, and understands', async () => {
    const session = serverFor(
      (stream) => {
        stream.respond([':status', '200', 'x-a', field(stream.headers, 'x-a') ?? '']);
        stream.end();
      },
      { headerTableSize: 0 },
    );
    for (const value of ['one', 'one', 'two']) {
      const call = session.request({ ':method': 'POST', 'x-a': value });
      call.end().resume();
      const [headers] = await once(call, 'response');
      expect(headers['x-a']).toBe(value);
    }
  });

  it('that is abandoned is closed', async () => {
    let told = () => {};
    const closing = new Promise<void>((resolve) => {
      told = resolve;
    });
    const session = serverFor((stream) => {
      stream.whenClosed(told);
      stream.respond([':status', '200']);
    });
    const call = session.request({ ':method': 'POST' });
    call.on('error', () => {});
    await once(call, 'response');
    call.close(8);
    await closing;
  });
});

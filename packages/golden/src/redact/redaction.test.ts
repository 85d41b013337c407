import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createRedaction } from './redaction.js';

const redacted = (secrets: readonly string[], chunks: readonly (string | Buffer)[]) =>
  text(
    Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(
      createRedaction(secrets).stream(),
    ),
  );

describe('a stream', () => {
  it.each([
    ['s3cret', 'before s3cret after\n', 'before *** after\n'],
    ['a', 'banana', 'b***n***n***'],
    ['aa', 'baaab', 'b***b'],
    ['é', 'café', 'caf***'],
    ['*', '1*2', '1***2'],
    ['x', 'nothing', 'nothing'],
  ])('blacks %j out of %j, wherever it is cut', async (secret, line, expected) => {
    const bytes = Buffer.from(line);
    for (let at = 0; at <= bytes.length; at++) {
      expect(await redacted([secret], [bytes.subarray(0, at), bytes.subarray(at)])).toBe(expected);
    }
    expect(
      await redacted(
        [secret],
        [...bytes].map((byte) => Buffer.of(byte)),
      ),
    ).toBe(expected);
  });

  it.each([
    [['secret', 'secret-2'], 'a secret-2', 'a ***'],
    [['abc', 'bcd'], 'xabcdx', 'x***x'],
    [['cd', 'abcde', 'bc'], 'abcd bc abcde', 'a*** *** ***'],
    [['ab', 'cd'], 'abcd', '******'],
  ])('leaves nothing of %j', async (secrets, line, expected) => {
    for (let at = 0; at <= line.length; at++)
      expect(await redacted(secrets, [line.slice(0, at), line.slice(at)])).toBe(expected);
  });

  it('says the same for any secrets, however the text is cut', async () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const word = (length: number) => Array.from({ length }, () => 'ab\n'[random(3)]).join('');
    for (let round = 0; round < 300; round++) {
      const secrets = Array.from({ length: 3 }, () => `a${word(random(4))}b`);
      const line = word(40);
      const chunks: string[] = [];
      for (let at = 0; at < line.length; ) {
        const length = 1 + random(5);
        chunks.push(line.slice(at, at + length));
        at += length;
      }
      const expected = createRedaction(secrets).text(line);
      expect(await redacted(secrets, chunks)).toBe(expected);
      for (const secret of secrets) expect(expected).not.toContain(secret);
    }
  });

  it('does not wait for the end of a line, but for what may become a secret', () => {
    const stream = createRedaction(['hunter2']).stream();
    stream.write('password: hunt');
    expect(String(stream.read())).toBe('password: ');
    stream.write('ing');
    expect(String(stream.read())).toBe('hunting');
  });

  it('keeps nothing of what goes on for ever', () => {
    const stream = createRedaction(['==']).stream();
    for (let round = 0; round < 100; round++) {
      stream.write('='.repeat(10_000));
      expect(stream.read()?.length ?? 0).toBe(round === 0 ? 3 : 0);
    }
  });

  it('leaves bytes alone that are no text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a]);
    const { stream } = createRedaction(['x']);
    expect(await buffer(Readable.from([bytes]).pipe(stream()))).toEqual(bytes);
  });

  it.each([[[]], [['']], [[' \n']]])(
    'passes everything on without secrets: %j',
    async (secrets) => {
      expect(await redacted(secrets, ['a b', '\n', ''])).toBe('a b\n');
    },
  );
});

describe('a secret', () => {
  const { text: clean } = createRedaction(["it's <a> long & päss/wörd?"]);

  it.each([
    ["it's <a> long & päss/wörd?"],
    [JSON.stringify("it's <a> long & päss/wörd?").slice(1, -1)],
    ["it's \\u003ca\\u003e long \\u0026 päss/wörd?"],
    ["it'\\''s <a> long & päss/wörd?"],
    ['it%27s%20%3Ca%3E%20long%20%26%20p%C3%A4ss%2Fw%C3%B6rd%3F'],
    ["it's%20%3ca%3e%20long%20%26%20p%c3%a4ss%2fw%c3%b6rd%3f"],
    ['it%27s+%3Ca%3E+long+%26+p%C3%A4ss%2Fw%C3%B6rd%3F'],
    [Buffer.from("it's <a> long & päss/wörd?").toString('base64')],
    [Buffer.from("it's <a> long & päss/wörd?").toString('base64url')],
  ])('is recognised as %s', (form) => {
    expect(clean(`[${form}]`)).toBe('[***]');
  });

  it.each(['u', 'us', 'use', 'user'])('is recognised in base64 behind %j', (user) => {
    const secret = 'hunter2-and-more';
    const plain = `${user}:${secret}`;
    const token = Buffer.from(plain).toString('base64');
    const shown = createRedaction([secret]).text(token).replaceAll('*', '');
    expect(shown.length).toBeLessThanOrEqual(Math.ceil(((user.length + 1) * 8) / 6) + 3);
  });

  it.each([64, 76])('is recognised in base64 of %d letters a line', (width) => {
    const secret = 'x'.repeat(30) + 'y'.repeat(100);
    const lines = Buffer.from(`${secret}\n`)
      .toString('base64')
      .replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
    expect(createRedaction([secret]).text(lines).replaceAll(/[\n*]/g, '').length).toBeLessThan(5);
  });

  it('of several lines is recognised whole, and each of its lines alone', () => {
    const key = '-----BEGIN KEY-----\r\nab\r\n}\r\nc3d4\r\n';
    const { text } = createRedaction([key]);
    expect(text(`<${key}>`)).toBe('<***>');
    expect(text('  c3d4  ab } x BEGIN')).toBe('  ***  *** } x BEGIN');
    expect(text(JSON.stringify({ key }))).toBe('{"key":"***"}');
  });
});

describe('an error', () => {
  it('is the same without the secret, with all that it comes from', () => {
    const root = Object.assign(new Error('spawn hunter2 failed'), {
      code: 'hunter2',
      spawnargs: ['-p', 'hunter2'],
      detail: { url: 'http://u:hunter2@host/', port: 1 },
    });
    const aggregate = new AggregateError([new TypeError('no hunter2')], 'all', { cause: root });
    root.cause = aggregate;
    const { spawnargs, detail } = root;
    expect(createRedaction(['hunter2']).error(aggregate)).toBe(aggregate);
    expect(aggregate.errors[0]).toMatchObject({ message: 'no ***' });
    expect(root).toMatchObject({
      message: 'spawn *** failed',
      code: 'hunter2',
      spawnargs: ['-p', '***'],
      detail: { url: 'http://u:***@host/', port: 1 },
    });
    expect(root.stack).not.toContain('hunter2 failed');
    // What others gave is theirs.
    expect([spawnargs[1], detail.url]).toEqual(['hunter2', 'http://u:hunter2@host/']);
  });

  it.each([undefined, null, 'text', 1])('may be anything: %j', (error) => {
    expect(createRedaction(['x']).error(error)).toBe(error);
  });
});

it('takes as long for many secrets as for one', () => {
  const secrets = Array.from({ length: 50 }, (_, index) => `secret-${index}-${'x'.repeat(40)}`);
  const line = 'Step 3/7 : RUN npm ci --prefer-offline && sed -e secrets.txt # secret-1 layer\n';
  const chunk = Buffer.from(line.repeat(800));
  const stream = createRedaction(secrets).stream();
  const startMs = performance.now();
  for (let bytes = 0; bytes < 10_000_000; bytes += chunk.length) {
    stream.write(chunk);
    stream.read();
  }
  expect(performance.now() - startMs).toBeLessThan(2_000);
});

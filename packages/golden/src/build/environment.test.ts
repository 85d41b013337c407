import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { baseEnvironment, secretsOf } from './environment.js';
import { redact } from './redact.js';

describe('baseEnvironment', () => {
  it('passes on who and where, and nothing else', () => {
    const kept = { PATH: '/bin', HOME: '/root', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
    const dropped = {
      DOCKER_HOST: 'tcp://other:2375',
      GITHUB_TOKEN: 'secret',
      HTTP_PROXY: 'http://user:pass@proxy',
      LD_PRELOAD: '/lib/x.so',
      NODE_OPTIONS: '--inspect',
      MY_PATH: '/opt',
    };
    expect(baseEnvironment({ ...kept, ...dropped })).toEqual(kept);
  });

  it('has a PATH in any case', () => {
    expect(baseEnvironment({}).PATH).toContain('/usr/bin');
  });
});

describe('secretsOf', () => {
  it.each([
    'NPM_TOKEN',
    'DB_PASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'api_key',
    'KEY',
    'BASIC_AUTH',
    'GOOGLE_CREDENTIALS',
  ])('takes %s for a credential', (name) => {
    expect(secretsOf({ [name]: 'a-value' })).toEqual(['a-value']);
  });

  it.each(['KEYBOARD', 'BRANCH', 'MONKEY'])('does not take %s for one', (name) => {
    expect(secretsOf({ [name]: 'a-value' })).toEqual([]);
  });

  it('takes every long line, the longest first, and no short one', () => {
    const value = '-- BEGIN --\nfirst-line\nsecond-longer-line\n}\n';
    expect(secretsOf({ A_KEY: value, TOKEN: 'abc' })).toEqual([
      'second-longer-line',
      '-- BEGIN --',
      'first-line',
    ]);
  });
});

describe('redact', () => {
  const redacted = (secrets: string[], chunks: (string | Buffer)[]) =>
    text(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(redact(secrets)));

  it('blacks a secret out wherever chunks are cut', async () => {
    const line = 'before s3cret after\n';
    for (let at = 0; at < line.length; at++)
      expect(await redacted(['s3cret'], [line.slice(0, at), line.slice(at)])).toBe(
        'before *** after\n',
      );
  });

  it('blacks a secret out that holds another one', async () => {
    expect(await redacted(secretsOf({ A_KEY: 'secret', B_KEY: 'secret-2' }), ['secret-2'])).toBe(
      '***',
    );
  });

  it('does not wait for the end of a line of any length', async () => {
    const stream = redact([]);
    stream.write('x'.repeat(100_000));
    expect((stream.read() as Buffer).length).toBe(100_000);
  });

  it('keeps letters whole that chunks cut', async () => {
    const bytes = Buffer.from('grün');
    expect(await redacted([], [bytes.subarray(0, 3), bytes.subarray(3)])).toBe('grün');
  });
});

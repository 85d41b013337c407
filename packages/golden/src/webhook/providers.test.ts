import { describe, expect, it } from 'vitest';
import { generic } from './generic.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import type { Provider } from './provider.js';
import { secret, signatureOf } from './webhooks.testing.js';

const key = Buffer.from(secret);
const nowMs = 1_700_000_000_000;
const now = String(nowMs / 1_000);

function requestOf(payload: unknown, headers: Record<string, string> = {}) {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { body, headers, nowMs };
}

const read = (provider: Provider, event: Record<string, string>, payload: unknown) =>
  provider.read(requestOf(payload, event), 'main');

describe('github', () => {
  const sign = (body: string, signature = signatureOf(body)) =>
    github.authenticates(requestOf(body, { 'x-hub-signature-256': signature }), key);

  it('takes the HMAC of the raw body, in the form that GitHub documents', () => {
    expect(sign('{"a": 1}')).toBe(true);
    const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const request = requestOf('Hello, World!', { 'x-hub-signature-256': documented });
    expect(github.authenticates(request, Buffer.from("It's a Secret to Everybody"))).toBe(true);
  });

  it.each([
    ['of other content', signatureOf('{"a":2}')],
    ['with another secret', signatureOf('{"a":1}', 'another secret')],
    ['without its prefix', signatureOf('{"a":1}').slice('sha256='.length)],
    ['in capitals', signatureOf('{"a":1}').toUpperCase()],
    ['cut short', signatureOf('{"a":1}').slice(0, -2)],
    ['empty', ''],
  ])('does not take a signature %s', (_, signature) => {
    expect(sign('{"a":1}', signature)).toBe(false);
  });

  const merged = {
    number: 7,
    action: 'closed',
    pull_request: { merged: true, base: { ref: 'main' } },
  };
  it.each([
    ['push', { ref: 'refs/heads/main', deleted: false }, 'push to main'],
    ['push', { ref: 'refs/heads/main' }, 'push to main'],
    ['pull_request', merged, 'merge of #7 into main'],
  ])('builds for %s %j', (event, payload, reason) => {
    const headers = { 'x-github-event': event, 'x-github-delivery': 'an-id' };
    expect(read(github, headers, payload)).toMatchObject({ kind: 'build', reason, id: 'an-id' });
  });

  it.each([
    ['push', { ref: 'refs/heads/other' }],
    ['push', { ref: 'refs/tags/main' }],
    ['push', { ref: 'main' }],
    ['push', { ref: 'refs/heads/main', deleted: true }],
    ['pull_request', { ...merged, action: 'opened' }],
    ['pull_request', { ...merged, pull_request: { merged: false, base: { ref: 'main' } } }],
    ['pull_request', { ...merged, pull_request: { merged: true, base: { ref: 'other' } } }],
    ['issues', {}],
    ['', {}],
  ])('ignores %s %j', (event, payload) => {
    expect(read(github, { 'x-github-event': event }, payload)).toMatchObject({ kind: 'ignored' });
  });

  it.each(['{', '[]', 'null', '{}', '{"ref":1}', ''])('finds the push %j malformed', (body) => {
    expect(read(github, { 'x-github-event': 'push' }, body)).toEqual({ kind: 'malformed' });
  });

  it('answers pings', () => {
    expect(read(github, { 'x-github-event': 'ping' }, {})).toEqual({ kind: 'ping' });
  });
});

describe('gitlab', () => {
  it.each([
    [secret, true],
    [`${secret} `, false],
    [secret.slice(1), false],
    ['', false],
  ])('takes token %j: %s', (token, isTaken) => {
    const request = requestOf('{}', { 'x-gitlab-token': token });
    expect(gitlab.authenticates(request, key)).toBe(isTaken);
  });

  const merged = { object_attributes: { iid: 9, action: 'merge', target_branch: 'main' } };
  it.each([
    ['Push Hook', { ref: 'refs/heads/main', after: 'da15' }, 'push to main'],
    ['Merge Request Hook', merged, 'merge of !9 into main'],
  ])('builds for a %s %j', (event, payload, reason) => {
    const headers = { 'x-gitlab-event': event, 'idempotency-key': 'an-id' };
    expect(read(gitlab, headers, payload)).toMatchObject({ kind: 'build', reason, id: 'an-id' });
  });

  it.each([
    ['Push Hook', { ref: 'refs/heads/other', after: 'da15' }],
    ['Push Hook', { ref: 'refs/heads/main', after: '0'.repeat(40) }],
    ['Merge Request Hook', { object_attributes: { ...merged.object_attributes, action: 'open' } }],
    [
      'Merge Request Hook',
      { object_attributes: { ...merged.object_attributes, target_branch: 'other' } },
    ],
    ['Merge Request Hook', { object_attributes: { iid: 9, target_branch: 'main' } }],
    ['Note Hook', {}],
  ])('ignores a %s %j', (event, payload) => {
    expect(read(gitlab, { 'x-gitlab-event': event }, payload)).toMatchObject({ kind: 'ignored' });
  });

  it.each(['Push Hook', 'Merge Request Hook'])('finds an empty %s malformed', (event) => {
    expect(read(gitlab, { 'x-gitlab-event': event }, '{}')).toEqual({ kind: 'malformed' });
  });
});

describe('generic', () => {
  const sign = (timestamp: string, body: string, signed = `${timestamp}.${body}`) =>
    generic.authenticates(
      requestOf(body, {
        'x-warmdock-timestamp': timestamp,
        'x-warmdock-signature': signatureOf(signed),
      }),
      key,
    );

  it.each([0, 299, -299])('takes a signature of %i seconds ago', (age) => {
    expect(sign(String(nowMs / 1_000 - age), '{}')).toBe(true);
  });

  it.each([301, -301])('does not take a signature of %i seconds ago', (age) => {
    expect(sign(String(nowMs / 1_000 - age), '{}')).toBe(false);
  });

  it.each(['', '1e9', '-1', `${now}.0`, ` ${now}`, 'NaN'])('does not take the time %j', (time) => {
    expect(sign(time, '{}')).toBe(false);
  });

  it('does not take a signature of the body alone, or with another time', () => {
    expect(sign(now, '{}', '{}')).toBe(false);
    expect(sign(now, '{}', `${nowMs / 1_000 - 1}.{}`)).toBe(false);
  });

  it('takes branch and reason from the payload', () => {
    expect(read(generic, {}, { branch: 'main', reason: 'nightly' })).toMatchObject({
      kind: 'build',
      reason: 'nightly',
    });
    expect(read(generic, {}, { branch: 'other' })).toMatchObject({ kind: 'ignored' });
    expect(read(generic, {}, {})).toMatchObject({ kind: 'ignored' });
    expect(generic.read(requestOf({}), undefined)).toMatchObject({ kind: 'build' });
  });

  it.each([{ branch: 'main', reason: 'a\u001b[31m' }, { branch: 1 }, []])(
    'finds %j malformed',
    (payload) => {
      expect(read(generic, {}, payload)).toEqual({ kind: 'malformed' });
    },
  );

  it('vouches for the time as well, so that the same payload may come again', () => {
    const of = (time: string) =>
      generic.read(requestOf({}, { 'x-warmdock-timestamp': time }), undefined);
    expect(of('1')).toEqual(of('1'));
    expect(of('1')).not.toEqual(of('2'));
  });
});

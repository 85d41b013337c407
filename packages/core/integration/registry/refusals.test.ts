import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeBytes } from '../../src/content/testing/memory-source.js';
import { chunksOf, putImage } from '../../src/content/testing/small-image.js';
import { parseReference } from '../../src/oci/reference.js';
import type { Repository } from '../../src/registry/repository.js';
import type { RepositoryOptions } from '../../src/registry/repository-options.js';
import { textsOf } from '../../src/registry/texts-of.testing.js';
import {
  basicRegistry,
  certsDirectory,
  type GuardedRegistry,
  reader,
  tlsRegistry,
  tokenRegistry,
} from '../support/registries.js';
import { login } from '../support/registry-gate.js';
import { opened } from '../support/repositories.js';

type Kind = 'basic' | 'token' | 'tls' | 'client';
const registries = {} as Record<Kind, GuardedRegistry>;

beforeAll(async () => {
  const [basic, token, tls, client] = await Promise.all([
    basicRegistry(),
    tokenRegistry(),
    tlsRegistry(),
    tlsRegistry({ wantsClient: true }),
  ]);
  Object.assign(registries, { basic, token, tls, client });
});
afterAll(async () => {
  await Promise.all(Object.values(registries).map((each) => each[Symbol.asyncDispose]()));
});

const bytes = Buffer.from('some bytes');
const operations: Record<string, [words: string, run: (of: Repository) => Promise<unknown>]> = {
  resolve: ['looking up v1', (of) => of.resolve(parseReference('any:v1'))],
  push: ['uploading blob', (of) => of.push(describeBytes(bytes), chunksOf(bytes))],
  delete: ['deleting v1', (of) => of.delete({ tag: 'v1' })],
};

const wrong = { username: login.username, password: 'a wrong:secret' };
const noCertificates = { certsDirectories: [] };

describe('one clear error, without a secret in it', () => {
  it.each<
    [
      what: string,
      operation: keyof typeof operations,
      kind: Kind,
      code: string,
      hint: RegExp,
      optionsFor: (of: GuardedRegistry) => RepositoryOptions,
    ]
  >([
    [
      'a wrong password',
      'resolve',
      'basic',
      'PERMISSION_DENIED',
      /login/,
      () => ({ login: wrong }),
    ],
    ['a wrong password', 'push', 'basic', 'PERMISSION_DENIED', /login/, () => ({ login: wrong })],
    ['no login', 'resolve', 'basic', 'PERMISSION_DENIED', /login/, () => ({ login: null })],
    ['no login', 'push', 'basic', 'PERMISSION_DENIED', /login/, () => ({ login: null })],
    [
      'a wrong password',
      'resolve',
      'token',
      'PERMISSION_DENIED',
      /login/,
      () => ({ login: wrong }),
    ],
    ['a wrong password', 'push', 'token', 'PERMISSION_DENIED', /login/, () => ({ login: wrong })],
    ['no login', 'resolve', 'token', 'PERMISSION_DENIED', /login/, () => ({ login: null })],
    ['a right to pull', 'push', 'token', 'PERMISSION_DENIED', /login/, () => ({ login: reader })],
    ['a right to pull', 'delete', 'token', 'PERMISSION_DENIED', /login/, () => ({ login: reader })],
    ['an unknown authority', 'resolve', 'tls', 'UNAVAILABLE', /ca\.crt/, () => noCertificates],
    ['an unknown authority', 'push', 'tls', 'UNAVAILABLE', /ca\.crt/, () => noCertificates],
    [
      'no client certificate',
      'resolve',
      'client',
      'UNAVAILABLE',
      /client\.cert/,
      (of) => ({ certsDirectories: [certsDirectory(of)] }),
    ],
    [
      'no client certificate',
      'push',
      'client',
      'UNAVAILABLE',
      /client\.cert/,
      (of) => ({ certsDirectories: [certsDirectory(of)] }),
    ],
  ])('of %s at a %s, %s registry', async (_, operation, kind, code, hint, optionsFor) => {
    const registry = registries[kind];
    const name = `${registry.address}/team/it-${randomUUID()}`;
    const options = optionsFor(registry);
    const repository = await opened(name, options);
    const [words, run] = operations[operation] ?? ['', async () => {}];
    const error = await run(repository).catch((each: unknown) => each);
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).toContain(name);
    const text = textsOf(error);
    for (const { password } of [login, wrong, reader]) expect(text).not.toContain(password);
    expect(text).not.toContain('BEGIN');
  });

  it('and who may pull does', async () => {
    const name = `${registries.token.address}/it-${randomUUID()}`;
    const { manifest } = await putImage(await opened(name, { login }));
    expect(await (await opened(name, { login: reader })).exists(manifest)).toBe(true);
  });
});

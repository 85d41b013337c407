import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ContentSource } from '../content/content.js';
import { readBlob } from '../content/read-blob.js';
import { describeBytes } from '../content/testing/memory-source.js';
import { chunksOf } from '../content/testing/small-image.js';
import { parseReference } from '../oci/reference.js';
import { openRepository } from './open-repository.js';
import type { Repository } from './repository.js';
import { fakeRegistry } from './repository.testing.js';
import { textsOf } from './texts-of.testing.js';

/** What must be in no word that anybody reads. */
const secrets = {
  password: 'pass/word+of=a "user"',
  identity: 'identity-token-of-a-user',
  registry: 'registry-token-of-a-user',
  given: `given-token-${'long '.repeat(12).replaceAll(' ', '-')}`,
  signature: 'signature-of-a-place',
  header: 'header-of-a-mirror',
  proxy: 'password-of-a-proxy',
};
const basic = (password: string) => Buffer.from(`user:${password}`).toString('base64');
const entries = {
  password: { auth: basic(secrets.password) },
  identity: { auth: basic('unused'), identitytoken: secrets.identity },
  registry: { registrytoken: secrets.registry },
};

/** A folder that is removed with the test. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** `host:port` of a server. */
async function serving(
  answer: (request: IncomingMessage, response: ServerResponse, host: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response, `127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** All of a request's headers, as they came and in plain text. */
function saidIn({ headers }: IncomingMessage): string {
  const [, word = ''] = (headers.authorization ?? '').split(' ');
  const plain = Buffer.from(word, 'base64').toString('utf8');
  return `${headers.authorization} ${word} ${plain} ${JSON.stringify(headers)}`;
}

/** A registry that repeats all that it hears, as code and as message. */
function repeating(challenge: (host: string) => string, tokenStatus = 200): Promise<string> {
  return serving((request, response, host) => {
    const said = saidIn(request);
    const errors = [{ code: said, message: said }];
    if (request.url?.startsWith('/token'))
      return void response
        .writeHead(tokenStatus)
        .end(JSON.stringify({ token: secrets.given, errors }));
    const isAnonymous = request.headers.authorization === undefined;
    const headers = { 'www-authenticate': challenge(host) };
    response.writeHead(isAnonymous ? 401 : 403, headers).end(JSON.stringify({ errors }));
  });
}

const asksBasic = () => 'Basic realm="test"';
const asksBearer = (host: string) => `Bearer realm="http://${host}/token",service="test"`;

const bytes = Buffer.alloc(2_000_000, 'a');
const blob = describeBytes(bytes);
const source: ContentSource = {
  exists: async () => true,
  fetch: (_, { range } = {}) =>
    chunksOf(range ? bytes.subarray(range.offset, range.offset + range.length) : bytes),
};

type Entry = keyof typeof entries;

/** All that is told of one thing that fails, to be looked through. */
async function toldOf(
  host: string,
  entry: Entry,
  fail: (repository: Repository) => Promise<unknown>,
  { files = {}, env = {} }: { files?: Record<string, string>; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const notices: string[] = [];
  const auths = { [host]: entries[entry] };
  const config = folderOf({ 'config.json': JSON.stringify({ auths }), ...files });
  const options = {
    plainHttp: true,
    retries: 1,
    certsDirectories: [config],
    onNotice: (message: string) => void notices.push(message),
  };
  const context = { env: { DOCKER_CONFIG: config, HOME: '/nonexistent', ...env } };
  const opening = openRepository(`${host}/team/app`, options, context);
  const error = await opening
    .then(async (repository) => {
      onTestFinished(() => repository[Symbol.asyncDispose]());
      await fail(repository);
    })
    .catch((each: unknown) => each);
  expect(error).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
  return [textsOf(error), ...notices].join('\n');
}

/** Not even the beginning of one. */
function expectNoSecret(told: string): void {
  for (const secret of Object.values(secrets))
    for (const form of [secret, encodeURIComponent(secret), basic(secret)])
      expect(told).not.toContain(form.slice(0, 12));
}

const resolve = (of: Repository) => of.resolve(parseReference('any:v1'));
const read = (of: Repository) => readBlob(of, blob);
const push = (of: Repository) => of.push(blob, chunksOf(bytes));
const pushFrom = (of: Repository) => of.pushFrom?.(blob, source) ?? Promise.resolve();

describe('no secret is told', () => {
  it.each<[what: string, entry: Entry, challenge: (host: string) => string, tokenStatus: number]>([
    ['a registry that refuses a password', 'password', asksBasic, 200],
    ['a registry that refuses a registry token', 'registry', asksBearer, 200],
    ['a registry that refuses the token of a password', 'password', asksBearer, 200],
    ['a registry that refuses the token of an identity', 'identity', asksBearer, 200],
    ['a token server that refuses a password', 'password', asksBearer, 401],
    ['a token server that refuses an identity', 'identity', asksBearer, 403],
    ['a token server that is broken', 'identity', asksBearer, 500],
  ])('by %s', async (_, entry, challenge, tokenStatus) => {
    const host = await repeating(challenge, tokenStatus);
    for (const fail of [resolve, push, pushFrom]) expectNoSecret(await toldOf(host, entry, fail));
  });

  it.each(['password', 'registry'] as const)('by uploads that break, with a %s', async (entry) => {
    const guard = ({ headers }: IncomingMessage) =>
      headers.authorization ? undefined : asksBasic();
    const registry = await fakeRegistry({ guard });
    registry.faults = { cutsUploadsAfterBytes: 0 };
    for (const fail of [push, pushFrom]) expectNoSecret(await toldOf(registry.host, entry, fail));
  });

  it('by a place with a signature that does not answer', async () => {
    const registry = await fakeRegistry();
    registry.faults = {
      location: `http://user:${secrets.signature}@127.0.0.1:1/?sig=${secrets.signature}`,
    };
    registry.content.of('team/app').blobs.set(blob.digest, bytes);
    for (const fail of [push, read]) expectNoSecret(await toldOf(registry.host, 'password', fail));
  });

  it('by a mirror that repeats the headers of hosts.toml, in a notice as well', async () => {
    const [host, mirror] = [await repeating(asksBasic), await repeating(asksBasic)];
    const table = `[host."http://${mirror}"]\n[host."http://${mirror}".header]\n`;
    const header = `authorization = "Bearer ${secrets.header}"\n`;
    const files = { [`${host}/hosts.toml`]: `server = "http://${host}"\n${table}${header}` };
    const told = await toldOf(host, 'password', read, { files });
    expect(told).toContain(`mirror ${mirror} was passed over`);
    expectNoSecret(told);
  });

  it.each(['" oops', '', '"\n[host'])('by a hosts.toml that is broken: %j', async (end) => {
    const text = `[host."http://a".header]\nauthorization = "Bearer ${secrets.header}${end}`;
    const files = { 'registry.test/hosts.toml': text };
    const told = await toldOf('registry.test', 'password', resolve, { files });
    expect(told).toContain('hosts.toml');
    expectNoSecret(told);
  });

  it.each(['127.0.0.1:1', 'refusing'])('by a proxy: %s', async (place) => {
    const proxy =
      place === 'refusing'
        ? await serving((request, response) => void response.writeHead(407).end(saidIn(request)))
        : place;
    const env = { HTTP_PROXY: `http://user:${secrets.proxy}@${proxy}` };
    expectNoSecret(await toldOf('registry.test', 'password', resolve, { env }));
  });
});

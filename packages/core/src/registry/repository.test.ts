import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTokenServer, type TokenServerOptions } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBlob } from '../content/read-blob.js';
import { imageStoreSuite } from '../content/testing/image-store-suite.js';
import { describeBytes } from '../content/testing/memory-source.js';
import { chunksOf, putImage } from '../content/testing/small-image.js';
import { digestOf } from '../oci/digest.js';
import { parseReference } from '../oci/reference.js';
import { fakeRegistry, listOf, opened } from './repository.testing.js';
import type { RepositoryOptions } from './repository-options.js';

imageStoreSuite('a repository', async () => opened(await fakeRegistry()));

const named = (host: string, name: string) => parseReference(`${host}/team/app:${name}`);

describe('names', () => {
  it('lead to what was tagged, by HEAD alone', async () => {
    const registry = await fakeRegistry();
    const repository = await opened(registry);
    const { manifest } = await putImage(repository);
    const reference = named(registry.host, '1.0');
    expect(await repository.resolve(reference)).toBeUndefined();
    await repository.tag(manifest, reference);
    registry.requests.length = 0;
    expect(await repository.resolve(reference)).toEqual(manifest);
    expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });

  it('are listed page by page', async () => {
    const registry = await fakeRegistry();
    const repository = await opened(registry);
    const { manifest } = await putImage(repository);
    const tags = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const tag of tags) await repository.tag(manifest, named(registry.host, tag));
    expect(await listOf(repository.tags())).toEqual(tags);
  });

  it('can be removed', async () => {
    const registry = await fakeRegistry();
    const repository = await opened(registry);
    const { manifest } = await putImage(repository);
    const reference = named(registry.host, 'old');
    await repository.tag(manifest, reference);
    await repository.delete({ tag: 'old' });
    expect(await repository.resolve(reference)).toBeUndefined();
    expect(await repository.exists(manifest)).toBe(true);
    await repository.delete(manifest.digest);
    expect(await repository.exists(manifest)).toBe(false);
    await expect(repository.delete(manifest.digest)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a blob', () => {
  it('comes from a neighbour without moving', async () => {
    const registry = await fakeRegistry();
    const [from, to] = [await opened(registry, 'base'), await opened(registry)];
    const { layers } = await putImage(from);
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    registry.requests.length = 0;
    expect(await to.mountFrom?.(layer, from)).toBe(true);
    expect(registry.requests.map(({ method }) => method)).toEqual(['POST']);
    expect(await to.exists(layer)).toBe(true);
    const other = await opened(await fakeRegistry(), 'base');
    expect(await to.mountFrom?.(layer, other)).toBe(false);
    expect(await to.mountFrom?.({ ...layer, digest: digestOf('gone') }, from)).toBe(false);
    expect(registry.content.uploads.size).toBe(0);
  });
});

describe('referrers', () => {
  it.each([false, true])('are found, noReferrers %s', async (noReferrers) => {
    const registry = await fakeRegistry();
    registry.faults = { noReferrers };
    const repository = await opened(registry);
    const { manifest: subject } = await putImage(repository);
    expect(await listOf(repository.referrers(subject.digest))).toEqual([]);
    const first = await putImage(repository, { subject });
    const second = await putImage(repository, { subject });
    const found = await listOf(repository.referrers(subject.digest));
    const digests = found.map(({ digest }) => digest).sort();
    expect(digests).toEqual([first.manifest.digest, second.manifest.digest].sort());
    const artifactType = 'application/vnd.oci.image.config.v1+json';
    expect(await listOf(repository.referrers(subject.digest, { artifactType }))).toHaveLength(2);
    const none = { artifactType: 'application/other' };
    expect(await listOf(repository.referrers(subject.digest, none))).toEqual([]);
  });

  it.each([false, true])('are gone when they are deleted, noReferrers %s', async (noReferrers) => {
    const registry = await fakeRegistry();
    registry.faults = { noReferrers };
    const repository = await opened(registry);
    const { manifest: subject } = await putImage(repository);
    const [first, second] = [
      await putImage(repository, { subject }),
      await putImage(repository, { subject }),
    ];
    await repository.delete(first.manifest.digest);
    const left = await listOf(repository.referrers(subject.digest));
    expect(left.map(({ digest }) => digest)).toEqual([second.manifest.digest]);
    await putImage(repository, { subject });
    expect(await listOf(repository.referrers(subject.digest))).toHaveLength(2);
  });

  it('are all entered, when several come at a time to a registry that keeps no list', async () => {
    const registry = await fakeRegistry();
    registry.faults = { noReferrers: true };
    const repository = await opened(registry);
    const { manifest: subject } = await putImage(repository);
    await Promise.all([1, 2, 3, 4, 5].map(() => putImage(repository, { subject })));
    expect(await listOf(repository.referrers(subject.digest))).toHaveLength(5);
  });
});

describe('a registry with a token server', () => {
  const login = { username: 'me', password: 'p@ss:word' };

  async function guarded(server: TokenServerOptions, options: RepositoryOptions = {}) {
    const tokens = await startTokenServer(server);
    onTestFinished(() => tokens[Symbol.asyncDispose]());
    const registry = await fakeRegistry({ guard: tokens.guard });
    return { tokens, registry, repository: await opened(registry, 'team/app', options) };
  }

  it.each<[rule: string, server: TokenServerOptions]>([
    ['by OAuth2', {}],
    ['by GET, where a POST is 404', { oauthStatus: 404 }],
    ['by GET, where a POST is 401', { oauthStatus: 401 }],
    ['by GET, where a POST is 400', { oauthStatus: 400 }],
    ['that heeds only the first scope', { firstScopeOnly: true }],
    ['whose registry is silent about it', { isSilent: true }],
    ['that is busy in the beginning', { firstStatuses: [503, 429, 500] }],
  ])('lets in who has a login, %s', async (_, server) => {
    const { registry, repository } = await guarded(
      { login, isPrivate: true, ...server },
      { login },
    );
    const { manifest } = await putImage(repository);
    await repository.tag(manifest, named(registry.host, 'a'));
    expect(await repository.resolve(named(registry.host, 'a'))).toEqual(manifest);
    const other = await opened(registry, 'other', { login });
    expect(await other.exists(manifest)).toBe(false);
  });

  it('gives one token for many requests', async () => {
    const { tokens, repository } = await guarded({ login }, { login });
    await putImage(repository, { layerBytes: [10, 20, 30, 40, 50] });
    // One for what is read, one for what is written.
    expect(tokens.requests.length).toBeLessThanOrEqual(2);
  });

  it('is asked again when tokens end, or are taken back', async () => {
    const { tokens, repository } = await guarded({ login, lifetimeMs: 1500 }, { login });
    const { layers } = await putImage(repository);
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    tokens.revoke();
    expect((await readBlob(repository, layer)).length).toBe(layer.size);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await putImage(repository);
  });

  it('refuses who has none, or a wrong one, with a message that names neither', async () => {
    const { repository } = await guarded({ login, isPrivate: true });
    const blob = describeBytes(Buffer.from('a'));
    const refused = {
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(
        /^looking for blob sha256:\w+ of 127\.0\.0\.1:\d+\/team\/app: /,
      ),
      hint: expect.stringContaining('docker login'),
    };
    await expect(repository.exists(blob)).rejects.toMatchObject(refused);
    const wrong = { username: 'me', password: 'secret-and-wrong' };
    const { repository: other } = await guarded({ login, isPrivate: true }, { login: wrong });
    const error = await other.exists(blob).catch((each: Error) => each);
    expect(error).toMatchObject(refused);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(
      'secret-and-wrong',
    );
  });

  it('lets everybody read what is public, and nobody write', async () => {
    const { registry, repository } = await guarded({ login });
    const blob = describeBytes(Buffer.from('a'));
    expect(await repository.exists(blob)).toBe(false);
    await expect(repository.push(blob, chunksOf(Buffer.from('a')))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(registry.host),
    });
  });
});

describe('a mirror', () => {
  /** A registry with a mirror that `hosts.toml` names. */
  async function mirrored(capabilities: string) {
    const [registry, mirror] = [await fakeRegistry(), await fakeRegistry()];
    const directory = mkdtempSync(join(tmpdir(), 'warmdock-mirror-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    mkdirSync(join(directory, registry.host));
    const text = `server = "http://${registry.host}"\n[host."http://${mirror.host}"]\ncapabilities = ${capabilities}\n`;
    writeFileSync(join(directory, registry.host, 'hosts.toml'), text);
    const notices: string[] = [];
    const onNotice = (message: string) => void notices.push(message);
    const login = { username: 'me', password: 'secret' };
    const options = { certsDirectories: [directory], onNotice, login, retries: 0 };
    const repository = await opened(registry, 'team/app', options);
    const { manifest, layers } = await putImage(await opened(registry));
    await repository.tag(manifest, named(registry.host, 'a'));
    await putImage(await opened(mirror));
    for (const server of [registry, mirror]) server.requests.length = 0;
    const [layer] = layers;
    if (!layer) throw new Error('no layer');
    return { registry, mirror, repository, layer, notices };
  }

  it('is asked first, and passed over in silence for what it lacks', async () => {
    const { registry, mirror, repository, layer, notices } = await mirrored('["pull"]');
    expect((await readBlob(repository, layer)).length).toBe(layer.size);
    expect([mirror.requests.length, registry.requests.length]).toEqual([1, 1]);
    expect(notices).toEqual([]);
  });

  it('that may not resolve is not asked about a tag', async () => {
    const { registry, mirror, repository } = await mirrored('["pull"]');
    expect(await repository.resolve(named(registry.host, 'a'))).toBeDefined();
    expect(mirror.requests).toEqual([]);
  });

  it('that does not serve is passed over, with a notice, and never sees the login', async () => {
    const { mirror, repository, layer, notices } = await mirrored('["pull", "resolve"]');
    mirror.faults = { next: { count: 9, status: 503 } };
    expect((await readBlob(repository, layer)).length).toBe(layer.size);
    expect(notices).toEqual([expect.stringContaining(`mirror ${mirror.host} was passed over`)]);
    mirror.faults = {};
    expect(mirror.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('with an old list of referrers does not take the place of the registry', async () => {
    const { registry, mirror, repository } = await mirrored('["pull", "resolve"]');
    for (const server of [registry, mirror]) server.faults = { noReferrers: true };
    const origin = await opened(registry);
    const { manifest: subject } = await putImage(origin);
    const first = await putImage(origin, { subject });
    await putImage(await opened(mirror), { subject });
    const second = await putImage(repository, { subject });
    const found = await listOf(origin.referrers(subject.digest));
    expect(found.map(({ digest }) => digest)).toEqual([
      first.manifest.digest,
      second.manifest.digest,
    ]);
  });

  it('is not written to', async () => {
    const { mirror, repository } = await mirrored('["pull", "resolve", "push"]');
    await putImage(repository);
    expect(mirror.requests).toEqual([]);
  });
});

describe('a registry with Basic logins', () => {
  it('lets in who has one', async () => {
    const expected = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    const guard = ({ headers }: IncomingMessage) =>
      headers.authorization === expected ? undefined : 'Basic realm="registry"';
    const registry = await fakeRegistry({ guard });
    const login = { username: 'me', password: 'secret' };
    await putImage(await opened(registry, 'a', { login }));
    const blob = describeBytes(Buffer.from('a'));
    for (const other of [null, { ...login, password: 'wrong' }]) {
      const repository = await opened(registry, 'a', { login: other });
      await expect(repository.exists(blob)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    }
  });
});

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Client, outputOf, runClient, useTestbed } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copy } from '../../src/content/copy/copy.js';
import { putImage } from '../../src/content/testing/small-image.js';
import { parseReference } from '../../src/oci/reference.js';
import { openRepository } from '../../src/registry/open-repository.js';
import { temporaryFolder } from '../support/context.js';
import { basicRegistry, type GuardedRegistry, tokenRegistry } from '../support/registries.js';
import { login } from '../support/registry-gate.js';
import { opened } from '../support/repositories.js';

const { username, password } = login;
const named = ['--username', username, '--password-stdin'];

/** How a program is told of a login, which it keeps in docker's file. */
const commands: Readonly<Partial<Record<Client, (file: string) => readonly string[]>>> = {
  docker: () => ['login', ...named],
  crane: () => ['auth', 'login', ...named, '--insecure'],
  oras: (file) => ['login', ...named, '--plain-http', '--registry-config', file],
  skopeo: (file) => ['login', ...named, '--tls-verify=false', '--compat-auth-file', file],
  podman: (file) => ['login', ...named, '--tls-verify=false', '--compat-auth-file', file],
};

describe.each([
  ['Basic', basicRegistry],
  ['token', tokenRegistry],
])('at a registry with %s logins', (_, start) => {
  let registry: GuardedRegistry;
  beforeAll(async () => {
    registry = await start();
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it.each(Object.entries(commands))('who has logged in by %s gets in', async (client, args) => {
    const folder = temporaryFolder();
    const env = { DOCKER_CONFIG: folder };
    const { host } = useTestbed().containerd;
    const told = [...args(join(folder, 'config.json')), registry.address];
    await outputOf(runClient(client as Client, told, { host, env, input: password }));
    const name = `${registry.address}/it-${randomUUID()}`;
    await using repository = await openRepository(name, {}, { env });
    const { manifest } = await putImage(repository);
    expect(await repository.exists(manifest)).toBe(true);
  });

  it('a copy between its repositories moves nothing, and can be deleted', async () => {
    const [from, to] = [1, 2].map(() => `${registry.address}/it-${randomUUID()}:v1`);
    if (!from || !to) throw new Error('no names');
    const [source, destination] = [await opened(from, { login }), await opened(to, { login })];
    const { manifest } = await putImage(source);
    await source.tag(manifest, parseReference(from));
    const { blobs, movedBytes } = await copy(source, from, destination, to);
    expect([blobs.mounted, movedBytes]).toEqual([3, 0]);
    await destination.delete(manifest.digest);
    expect(await destination.resolve(parseReference(to))).toBeUndefined();
    expect(await source.exists(manifest)).toBe(true);
  });
});

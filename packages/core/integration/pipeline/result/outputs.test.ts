import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { smallDisk, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../../src/pipeline/flags/output.js';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, temporaryFolder } from '../../support/context.js';
import { fileOf, inspect } from '../../support/daemon-images.js';
import { gatedRegistry, login } from '../../support/registry-gate.js';
import { everyBuilder } from '../../support/settings.js';

function noteContext(note = randomUUID()): string {
  return contextOf({ Dockerfile: 'FROM scratch\nCOPY note /dir/note', note });
}

/** What a registry says of a reference without a tag. */
async function pushedManifest(host: string, path: string, tag = 'latest') {
  const accept = [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', ');
  const answer = await fetch(`http://${host}/v2/${path}/manifests/${tag}`, { headers: { accept } });
  return {
    status: answer.status,
    digest: answer.headers.get('docker-content-digest'),
    manifest: answer.ok ? ((await answer.json()) as { manifests?: unknown }) : undefined,
  };
}

const names = (archive: string) => execFileSync('tar', ['-tf', archive], { encoding: 'utf8' });

describe.each(everyBuilder())('the output of %s', (_name, setting) => {
  it('is a directory, beside what is there', async () => {
    const harness = openBuildHarness(setting);
    const dest = temporaryFolder();
    writeFileSync(join(dest, 'mine'), 'mine');
    const step =
      'RUN --network=none mkdir /d && echo x > /d/x && ln -s /nowhere /d/link && ln /d/x /d/y';
    const context = contextOf({ Dockerfile: `${withShell}\n${step} && chmod 4750 /d/x`, busybox });
    const outcome = await harness.export({
      context,
      outputs: [{ type: 'local', dest, attrs: {} }],
    });
    expect(outcome.digest).toBeUndefined();
    expect(readFileSync(join(dest, 'd/y'), 'utf8')).toBe('x\n');
    expect(statSync(join(dest, 'd/x')).mode & 0o7777).toBe(0o4750);
    expect(statSync(join(dest, 'd/x')).ino).toBe(statSync(join(dest, 'd/y')).ino);
    expect(readdirSync(join(dest, 'd')).sort()).toEqual(['link', 'x', 'y']);
    expect(readFileSync(join(dest, 'mine'), 'utf8')).toBe('mine');
  });

  it('is an archive of its files', async () => {
    const dest = join(temporaryFolder(), 'made/result.tar');
    const outputs = [{ type: 'tar', dest, attrs: {} }] as const;
    await openBuildHarness(setting).export({ context: noteContext(), outputs });
    expect(names(dest)).toContain('dir/note');
    expect(readdirSync(join(dest, '..'))).toEqual(['result.tar']);
  });

  it.each(['tar', 'oci', 'docker'] as const)('of type %s goes to standard output', async (type) => {
    const stdout = new PassThrough();
    const chunks: Buffer[] = [];
    stdout.on('data', (chunk) => chunks.push(chunk));
    const tar = type === 'tar' ? {} : { tar: true };
    const outputs = [{ type, ...tar, dest: '-', attrs: {} }] as const;
    await openBuildHarness(setting).export(
      { context: noteContext(), outputs: outputs as never },
      { stdout },
    );
    const archive = join(temporaryFolder(), 'out.tar');
    writeFileSync(archive, Buffer.concat(chunks));
    expect(names(archive)).toContain(
      { tar: 'dir/note', oci: 'index.json', docker: 'manifest.json' }[type],
    );
    expect(stdout.writable).toBe(true);
  });

  it('of a type other than docker has the compression that its attributes ask for', async () => {
    const dest = join(temporaryFolder(), 'result.tar');
    const attrs = { compression: 'zstd', 'force-compression': 'true' };
    const outputs = [{ type: 'oci', tar: true, dest, attrs }] as const;
    const outcome = await openBuildHarness(setting).export({
      context: noteContext(),
      outputs,
      tags: ['app:v1'],
      annotations: [{ key: 'a', value: 'b' }],
    });
    expect(outcome.digest).toMatch(/^sha256:/);
    const read = (path: string) =>
      JSON.parse(execFileSync('tar', ['-xOf', dest, path], { encoding: 'utf8' }));
    const manifest = read(`blobs/${outcome.digest?.replace(':', '/')}`);
    expect(manifest.layers[0].mediaType).toContain('zstd');
    expect(manifest.annotations).toEqual({ a: 'b' });
    const [entry] = read('index.json').manifests;
    expect(entry.annotations['io.containerd.image.name']).toBe('docker.io/library/app:v1');
  });

  it('is an image layout, which a later build finds as a named context', async () => {
    const harness = openBuildHarness(setting);
    const dest = join(temporaryFolder(), 'layout');
    const note = randomUUID();
    for (const tag of ['v1', 'v2']) {
      await harness.export({
        context: noteContext(`${note} ${tag}`),
        outputs: [{ type: 'oci', tar: false, dest, attrs: {} }],
        tags: [`app:${tag}`],
      });
    }
    const context = contextOf({ Dockerfile: 'FROM base\nCOPY --from=other /dir/note /other' });
    const { load } = await harness.build({
      context,
      buildContexts: [
        { name: 'base', source: `oci-layout://${dest}:v1` },
        { name: 'other', source: `oci-layout://${dest}:v2` },
      ],
    });
    expect(await fileOf(harness.host, load.imageId, 'dir/note')).toBe(`${note} v1`);
    expect(await fileOf(harness.host, load.imageId, 'other')).toBe(`${note} v2`);
  });

  it('may be only in the cache', async () => {
    const { buildkit, ...harness } = openBuildHarness(setting);
    const outcome = await harness.export({
      context: noteContext(),
      outputs: [{ type: 'cacheonly' }],
    });
    expect(outcome).toMatchObject({ tags: [], exporterResponse: expect.any(Promise) });
    expect(await outcome.exporterResponse).not.toHaveProperty('containerimage.digest');
    expect(buildkit.name).toBeTruthy();
  });

  it('are several at once, one of them in the daemon', async () => {
    const harness = openBuildHarness(setting);
    const folder = temporaryFolder();
    const note = randomUUID();
    const { load } = await harness.build({
      context: noteContext(note),
      outputs: [
        { type: 'local', dest: join(folder, 'tree'), attrs: {} },
        { type: 'tar', dest: join(folder, 'result.tar'), attrs: {} },
        { type: 'oci', tar: true, dest: join(folder, 'oci.tar'), attrs: { compression: 'zstd' } },
        { type: 'load', attrs: {} },
      ],
    });
    expect(await fileOf(harness.host, load.imageId, 'dir/note')).toBe(note);
    expect(readFileSync(join(folder, 'tree/dir/note'), 'utf8')).toBe(note);
    expect(names(join(folder, 'result.tar'))).toContain('dir/note');
    expect(names(join(folder, 'oci.tar'))).toContain('index.json');
  });

  it('that cannot be written fails the build and leaves nothing half', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const outputs = [{ type: 'tar', dest: join(folder, 'file/x.tar'), attrs: {} }] as const;
    const building = openBuildHarness(setting).export({ context: noteContext(), outputs });
    await expect(building).rejects.toThrow(/x\.tar/);
    expect(readdirSync(folder)).toEqual(['file']);
    const directory = [{ type: 'local', dest: join(folder, 'file'), attrs: {} }] as const;
    await expect(
      openBuildHarness(setting).export({ context: noteContext(), outputs: directory }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each<[kind: string, at: (disk: string) => Output]>([
    ['tar', (disk) => ({ type: 'tar', dest: join(disk, 'x.tar'), attrs: {} })],
    ['oci', (disk) => ({ type: 'oci', tar: true, dest: join(disk, 'x.tar'), attrs: {} })],
    ['docker', (disk) => ({ type: 'docker', tar: true, dest: join(disk, 'x.tar'), attrs: {} })],
    ['layout', (disk) => ({ type: 'oci', tar: false, dest: disk, attrs: {} })],
    ['local', (disk) => ({ type: 'local', dest: disk, attrs: {} })],
  ])('of type %s on a full disk is told as that', async (_kind, at) => {
    const disk = smallDisk('1m');
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY big /big',
      big: randomBytes(3_000_000),
    });
    const building = openBuildHarness(setting).export({ context, outputs: [at(disk)] });
    await expect(building).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`cannot write ${disk}.*no space left`)),
      hint: expect.stringContaining('make room'),
    });
  });

  it('of a step that fails is none', async () => {
    const dest = join(temporaryFolder(), 'result.tar');
    const context = contextOf({ Dockerfile: `${withShell}\nRUN --network=none false`, busybox });
    const outputs = [{ type: 'tar', dest, attrs: {} }] as const;
    await expect(openBuildHarness(setting).export({ context, outputs })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
    });
    expect(existsSync(dest)).toBe(false);
  });
});

describe.each(everyBuilder())('a push by %s', (_name, setting) => {
  const { address } = useTestbed().registry;

  it('is there when the build has ended, and the daemon is left alone', async () => {
    const harness = openBuildHarness(setting);
    const path = `push/${randomUUID()}`;
    const tags = [`${address}/${path}:v1`, `${address}/${path}:v2`];
    const outcome = await harness.export({ context: noteContext(), tags, push: true });
    for (const tag of ['v1', 'v2']) {
      expect(await pushedManifest(address, path, tag)).toMatchObject({
        status: 200,
        digest: outcome.digest,
      });
      expect(await inspect(harness.host, `${address}/${path}:${tag}`)).toBeUndefined();
    }
  });

  it('and a load are of one image', async () => {
    const harness = openBuildHarness(setting);
    const path = `push/${randomUUID()}`;
    const tag = `${address}/${path}:latest`;
    const note = randomUUID();
    const { load, digest } = await harness.build({
      context: noteContext(note),
      tags: [tag],
      push: true,
      load: true,
    });
    expect((await pushedManifest(address, path)).digest).toBe(digest);
    expect(load.imageId).toBe(digest);
    expect(await fileOf(harness.host, tag, 'dir/note')).toBe(note);
  });

  it('and a load with attestations both succeed', async () => {
    const harness = openBuildHarness(setting);
    const path = `push/${randomUUID()}`;
    const tag = `${address}/${path}:latest`;
    const { load } = await harness.build({
      context: noteContext(),
      tags: [tag],
      push: true,
      load: true,
      attestations: [{ type: 'provenance', attrs: { mode: 'min' } }],
    });
    const { manifest } = await pushedManifest(address, path);
    expect(manifest?.manifests).toHaveLength(2);
    expect((await inspect(harness.host, tag))?.Id).toBe(load.imageId);
  });

  it.each(['basic', 'bearer'] as const)('logs in to a registry by %s', async (scheme) => {
    const host = await gatedRegistry(scheme);
    const config = contextOf({
      'config.json': JSON.stringify({
        auths: {
          [host]: { auth: Buffer.from(`${login.username}:${login.password}`).toString('base64') },
        },
      }),
    });
    const tags = [`${host}/push/${randomUUID()}:latest`];
    const harness = openBuildHarness(setting);
    const env = { ...cleanEnv(), DOCKER_CONFIG: config };
    const outputs = [
      { type: 'image', push: true, attrs: { 'registry.insecure': 'true' } },
    ] as const;
    const outcome = await harness.export({ context: noteContext(), tags, outputs }, { env });
    expect(outcome.digest).toMatch(/^sha256:/);
  });

  it('that the registry does not take fails the build', async () => {
    const tags = ['127.0.0.1:1/nowhere:latest'];
    const pushing = openBuildHarness(setting).export({ context: noteContext(), tags, push: true });
    await expect(pushing).rejects.toThrow(/127\.0\.0\.1:1/);
  });
});

describe.each(everyBuilder())('a cache of %s', (_name, setting) => {
  const { address } = useTestbed().registry;

  /** A context whose step says another thing whenever it runs. */
  const random = () =>
    contextOf({
      Dockerfile: `${withShell}\nRUN --network=none cat /proc/sys/kernel/random/uuid > /id # ${randomUUID()}`,
      busybox,
      big: randomBytes(10),
    });

  it.each(['registry', 'inline', 'local'])('of type %s is written and read', async (type) => {
    const harness = openBuildHarness(setting);
    const ref = `${address}/cache/${randomUUID()}:latest`;
    const directory = join(temporaryFolder(), 'cache');
    const to =
      { registry: { ref, mode: 'max' }, inline: {}, local: { dest: directory } }[type] ?? {};
    const from = type === 'local' ? { src: directory } : { ref };
    const context = random();
    await harness.export({
      context,
      tags: type === 'inline' ? [ref] : [],
      push: type === 'inline',
      outputs: type === 'inline' ? [] : [{ type: 'cacheonly' }],
      cacheTo: [{ type, attrs: to as Record<string, string> }],
    });
    if (type === 'local') expect(readdirSync(directory)).toContain('index.json');
    else
      expect((await pushedManifest(address, ref.slice(address.length + 1, -7))).status).toBe(200);
    const { load } = await harness.build({
      context,
      cacheFrom: [{ type: type === 'local' ? 'local' : 'registry', attrs: from }],
    });
    expect(load.layersTotal).toBe(2);
  });

  it('that is not there does not stop the build', async () => {
    const harness = openBuildHarness(setting);
    const { progress } = await harness.build({
      context: noteContext(),
      cacheFrom: [
        { type: 'local', attrs: { src: '/nowhere/cache' } },
        { type: 'registry', attrs: { ref: `${address}/nothing:here` } },
        { type: 'gha', attrs: {} },
      ],
    });
    const notices = progress.filter(({ type }) => type === 'notice');
    expect(notices).toMatchObject([{ message: expect.stringContaining('/nowhere/cache') }]);
  });
});

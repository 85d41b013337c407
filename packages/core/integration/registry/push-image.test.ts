import { randomUUID } from 'node:crypto';
import {
  type ImageStore,
  loadTestImage,
  outputOf,
  pushTestImage,
  randomImage,
  removeImages,
  runDocker,
  startEngine,
  useTestbed,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDockerArchive } from '../../src/content/archive/open-docker-archive.js';
import { copy } from '../../src/content/copy/copy.js';
import { imageSource } from '../../src/content/image-source.js';
import { connectEngine } from '../../src/engine/engine.js';
import { connectBuildKit } from '../../src/pipeline/builders/connect-buildkit.js';
import { planBuild } from '../../src/pipeline/plan/plan-build.js';
import { pullImage } from '../../src/pipeline/pull/pull-image.js';
import { pushImage } from '../../src/pipeline/push/push-image.js';
import { runBuild } from '../../src/pipeline/run-build.js';
import { openRepository } from '../../src/registry/open-repository.js';
import { cleanEnv } from '../support/build-harness.js';
import { contextOf, temporaryFolder } from '../support/context.js';
import { crane } from '../support/registry-programs.js';

const { registry, builder } = useTestbed();
const stores: ImageStore[] = ['classic', 'containerd'];
const context = { env: { HOME: '/nonexistent' } };
const newName = () => `${registry.address}/it-${randomUUID()}`;

async function opened(reference: string) {
  const repository = await openRepository(reference, {}, context);
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
}

describe.each(stores)('an image of a daemon with the %s store', (store) => {
  it('is pushed under another name, of which the daemon keeps nothing', async () => {
    const { host, socket } = useTestbed()[store];
    const image = await randomImage({ name: `it-${randomUUID()}:v1`, layerBytes: 300_000 });
    await loadTestImage({ socket }, image);
    onTestFinished(() => removeImages(host, image.name));
    await using engine = connectEngine(host);
    const to = `${newName()}:v2`;
    const pushed = await pushImage(image.name, engine, { to }, context);
    expect(pushed).toMatchObject({ reference: to, by: store === 'classic' ? 'daemon' : 'content' });
    expect(await crane('digest', to)).toBe(pushed.digest);
    const config = JSON.parse(await crane('config', to));
    expect(config.rootfs.diff_ids).toEqual(image.diffIds);
    expect(await engine.inspectImage(to)).toBeUndefined();
  });

  it('sends only the layer that the registry lacks, after a pull as well', async () => {
    const [seed, name] = [randomUUID(), newName()];
    const base = await randomImage({ name: 'base:v1', seed, layers: 3, layerBytes: 300_000 });
    const grown = await randomImage({ name: 'grown:v1', seed, layers: 4, layerBytes: 300_000 });
    const there = await pushTestImage(registry, { ...base, name: `${name.split('/')[1]}:v1` });
    await using daemon = await startEngine({ store });
    await using engine = connectEngine(daemon.host);
    await pullImage(there, engine, {}, context);
    await loadTestImage(daemon, grown);
    const to = `${name}:v2`;
    const pushed = await pushImage(grown.name, engine, { to }, context);
    expect(await crane('digest', to)).toBe(pushed.digest);
    if (store === 'classic') return;
    expect(pushed.copied?.blobs).toEqual({ present: 3, mounted: 0, copied: 2 });
    const again = await pushImage(grown.name, engine, { to }, context);
    expect(again.copied).toMatchObject({ blobs: { copied: 0 }, movedBytes: 0 });
  });

  it('that is not there is NOT_FOUND; a registry that is not there is UNAVAILABLE', async () => {
    const { host, socket } = useTestbed()[store];
    await using engine = connectEngine(host);
    const missing = `it-${randomUUID()}:v1`;
    await expect(
      pushImage(missing, engine, { to: `${newName()}:v1` }, context),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(missing) });
    const image = await randomImage({ name: missing });
    await loadTestImage({ socket }, image);
    onTestFinished(() => removeImages(host, missing));
    const nowhere = { to: '127.0.0.1:1/nothing:v1', registry: { retries: 0 } };
    await expect(pushImage(missing, engine, nowhere, context)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });

  it('is copied from an archive of docker save', async () => {
    const { host, socket } = useTestbed()[store];
    const image = await randomImage({ name: `it-${randomUUID()}:v1`, layerBytes: 300_000 });
    await loadTestImage({ socket }, image);
    onTestFinished(() => removeImages(host, image.name));
    const archive = `${temporaryFolder()}/saved.tar`;
    await outputOf(runDocker(['save', '--output', archive, image.name], { host }));
    const to = `${newName()}:v1`;
    const source = await openDockerArchive(archive);
    const { image: copied } = await copy(source, image.name, await opened(to), to);
    expect(await crane('digest', to)).toBe(copied.digest);
    expect(JSON.parse(await crane('config', to)).rootfs.diff_ids).toEqual(image.diffIds);
  });
});

describe('an image of a builder', () => {
  it('is copied from there into a registry', async () => {
    await using buildkit = connectBuildKit(builder.address, { env: cleanEnv() });
    const files = { Dockerfile: 'FROM scratch\nCOPY file /file\n', file: randomUUID() };
    const plan = planBuild({ context: contextOf(files) });
    await using result = await runBuild(plan, buildkit, {}, { env: cleanEnv() });
    const to = `${newName()}:v1`;
    const { descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json' } } = result;
    const root = { size: 0, ...descriptor, digest: result.digest };
    const { blobs } = await copy(imageSource(result.content, root), to, await opened(to), to);
    expect(blobs.copied).toBe(2);
    expect(await crane('digest', to)).toBe(result.digest);
  });
});

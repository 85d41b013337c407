import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pushTestImage, randomImage, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { copy } from '../../src/content/copy/copy.js';
import { openLayout } from '../../src/content/layout.js';
import { createMemoryStore } from '../../src/content/memory-store.js';
import { putImage } from '../../src/content/testing/small-image.js';
import { MediaType } from '../../src/oci/media-types.js';
import { parseReference } from '../../src/oci/reference.js';
import type { Referrer } from '../../src/registry/repository.js';
import { contextOf, temporaryFolder } from '../support/context.js';
import { crane, oras, programs, skopeoCopy } from '../support/registry-programs.js';
import { opened } from '../support/repositories.js';

const { registry } = useTestbed();
const newName = () => `${registry.address}/it-${randomUUID()}`;
const newImage = () => randomImage({ name: `it-${randomUUID()}:v1`, layerBytes: 100_000 });

describe('an image that a program has pushed', () => {
  it.each(Object.entries(programs))('%s, all others read, whole', async (_, writer) => {
    const [image, reference] = [await newImage(), `${newName()}:v1`];
    await writer.write(image, reference);
    const { digest } = (await (await opened(reference)).resolve(parseReference(reference))) ?? {};
    const readers = Object.values(programs);
    const read = await Promise.all(readers.map((each) => each.read(reference)));
    expect(read).toEqual(readers.map(() => digest));
    expect(JSON.parse(await crane('config', reference)).rootfs.diff_ids).toEqual(image.diffIds);
  });
});

describe('an index of several images', () => {
  it('goes from crane through us to skopeo, and from oras back to us', async () => {
    const parts = [await newImage(), await newImage()];
    const pushed = await Promise.all(parts.map((each) => pushTestImage(registry, each)));
    const [from, to, directory] = [`${newName()}:v1`, `${newName()}:v1`, temporaryFolder()];
    await crane('index', 'append', ...pushed.flatMap((each) => ['-m', each]), '-t', from);
    const digest = await crane('digest', from);
    await copy(await opened(from), from, openLayout(directory), from);
    const there = ['--all', '--dest-tls-verify=false', `oci:${directory}:v1`, `docker://${to}`];
    await skopeoCopy(...there);
    expect(await crane('digest', to)).toBe(digest);
    const theirs = temporaryFolder();
    await oras('cp', '--from-plain-http', to, '--to-oci-layout', `${theirs}:v1`);
    const { image, blobs } = await copy(openLayout(theirs), to, createMemoryStore(), to);
    expect([image.digest, blobs.copied]).toEqual([digest, 8]);
  });
});

describe('a layout', () => {
  it.each<[name: string, push: (from: string, reference: string) => Promise<string>]>([
    [
      'skopeo',
      (from, to) => skopeoCopy('--dest-tls-verify=false', `oci:${from}`, `docker://${to}`),
    ],
    ['oras', (from, to) => oras('cp', '--from-oci-layout', from, '--to-plain-http', to)],
  ])('that we have written, %s reads', async (_, push) => {
    const [image, reference] = [await newImage(), `${newName()}:v1`];
    const from = await pushTestImage(registry, image);
    const directory = temporaryFolder();
    await copy(await opened(from), from, openLayout(directory), from);
    await push(`${directory}:v1`, reference);
    expect(await crane('digest', reference)).toBe(image.manifestDigest);
  });

  it.each<[name: string, pull: (reference: string, to: string) => Promise<string>]>([
    ['skopeo', (from, to) => skopeoCopy('--src-tls-verify=false', `docker://${from}`, `oci:${to}`)],
    ['oras', (from, to) => oras('cp', '--from-plain-http', from, '--to-oci-layout', to)],
  ])('that %s has written, we read, and both keep their names in it', async (_, pull) => {
    const [theirs, ours] = [await newImage(), await newImage()];
    const [first, second] = [
      await pushTestImage(registry, theirs),
      await pushTestImage(registry, { ...ours, name: ours.name.replace('v1', 'v2') }),
    ];
    const directory = temporaryFolder();
    const layout = openLayout(directory);
    await pull(first, `${directory}:v1`);
    await copy(await opened(second), second, layout, second);
    await pull(first, `${directory}:v3`);
    const memory = createMemoryStore();
    for (const tag of ['v1', 'v3']) {
      const { image } = await copy(layout, `any/name:${tag}`, memory, `any/name:${tag}`);
      expect(image.digest).toBe(theirs.manifestDigest);
    }
    expect((await copy(layout, second, memory, second)).image.digest).toBe(ours.manifestDigest);
  });
});

describe('what refers to an image', () => {
  const artifactType = 'application/vnd.test.note';

  /** The digest of a file that oras has attached. */
  async function attach(reference: string): Promise<string> {
    const file = join(contextOf({ note: randomUUID() }), 'note');
    const options = ['--plain-http', '--disable-path-validation', '--format', 'json'];
    const said = ['--artifact-type', artifactType, '--annotation', 'by=oras'];
    return JSON.parse(await oras('attach', ...options, ...said, reference, file)).digest;
  }

  async function discovered(reference: string): Promise<readonly Referrer[]> {
    const options = ['--plain-http', '--format', 'json', '--depth', '1'];
    return JSON.parse(await oras('discover', ...options, reference)).referrers ?? [];
  }

  it('is seen by oras and by us, whoever has attached it', async () => {
    const reference = await pushTestImage(registry, await newImage());
    const repository = await opened(reference);
    const subject = await repository.resolve(parseReference(reference));
    if (!subject) throw new Error('no image');
    const first = await attach(reference);
    const { manifest } = await putImage(repository, { subject });
    const last = await attach(reference);
    const all = [first, manifest.digest, last];
    const ours: Referrer[] = [];
    for await (const each of repository.referrers(subject.digest)) ours.push(each);
    expect(ours.map(({ digest }) => digest)).toEqual(all);
    expect(ours[0]).toMatchObject({ artifactType, annotations: { by: 'oras' } });
    const theirs = await discovered(reference);
    expect(theirs.map(({ digest }) => digest)).toEqual(all);
    expect(theirs[1]).toMatchObject({ artifactType: MediaType.ociConfig });
    await repository.delete(manifest.digest);
    expect((await discovered(reference)).map(({ digest }) => digest)).toEqual([first, last]);
    await attach(reference);
    expect(await discovered(reference)).toHaveLength(3);
  });

  it('comes along with a copy, for oras to see', async () => {
    const reference = await pushTestImage(registry, await newImage());
    const digest = await attach(reference);
    const to = `${newName()}:v1`;
    await copy(await opened(reference), reference, await opened(to), to, { referrers: true });
    expect(await discovered(to)).toMatchObject([{ digest, artifactType }]);
  });
});

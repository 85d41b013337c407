import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type ImageStore, testbedDir } from '@warmdock/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseBolt, readBolt } from '../../src/bolt/bolt-file.js';
import { cleanTree } from '../../src/data-root/clean.js';
import { databasesOf } from '../../src/data-root/databases.js';
import { imageStoreOf } from '../../src/data-root/image-store.js';
import { findShareable } from '../../src/data-root/shareable.js';
import { verifyTree } from '../../src/data-root/verify/verify-tree.js';
import { makeDataRoot } from '../support/make-data-root.js';

const run = promisify(execFile);

/** Does it to the tree, and tells what is to be found. */
type Damage = (tree: string) => Promise<{ at: string | RegExp; text: string | RegExp }>;

const layerdb = 'docker/image/overlay2/layerdb';
const imagedb = 'docker/image/overlay2/imagedb/content/sha256';
const containerd = 'docker/containerd/daemon';
const overlayfs = `${containerd}/io.containerd.snapshotter.v1.overlayfs`;

const text = (tree: string, at: string) => readFileSync(join(tree, at), 'utf8');
const remove = (tree: string, at: string) => rm(join(tree, at), { recursive: true });

/** A layer that lies on another one: of its record, and of its folder. */
function upperLayer(tree: string): { record: string; folder: string } {
  const records = readdirSync(join(tree, layerdb, 'sha256')).map(
    (name) => `${layerdb}/sha256/${name}`,
  );
  const record = records.find((at) => readdirSync(join(tree, at)).includes('parent')) ?? '';
  return { record, folder: `docker/overlay2/${text(tree, `${record}/cache-id`)}` };
}

const damagesOfClassic: Record<string, Damage> = {
  'a layer without content': async (tree) => {
    const { folder } = upperLayer(tree);
    await remove(tree, `${folder}/diff`);
    return { at: `${folder}/diff`, text: 'is missing' };
  },
  'a layer whose content is a link to nothing': async (tree) => {
    const { folder } = upperLayer(tree);
    await remove(tree, `${folder}/diff`);
    await symlink('/proc/no/such', join(tree, folder, 'diff'));
    return { at: `${folder}/diff`, text: 'is missing' };
  },
  'a layer without short name': async (tree) => {
    const { folder } = upperLayer(tree);
    await remove(tree, `${folder}/link`);
    return { at: `${folder}/link`, text: 'is missing' };
  },
  'a short name that is empty, as power cuts leave them': async (tree) => {
    const { folder } = upperLayer(tree);
    await truncate(join(tree, folder, 'link'));
    return { at: `${folder}/link`, text: 'is missing' };
  },
  'a short name that leads nowhere': async (tree) => {
    const { folder } = upperLayer(tree);
    const at = `docker/overlay2/l/${text(tree, `${folder}/link`)}`;
    await remove(tree, at);
    return { at, text: /^does not lead to/ };
  },
  'a short name that leads elsewhere': async (tree) => {
    const { folder } = upperLayer(tree);
    const at = `docker/overlay2/l/${text(tree, `${folder}/link`)}`;
    await remove(tree, at);
    await symlink('../another/diff', join(tree, at));
    return { at, text: /^does not lead to/ };
  },
  'a lower layer that is unknown': async (tree) => {
    const { folder } = upperLayer(tree);
    await writeFile(join(tree, folder, 'lower'), 'l/ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    return { at: `${folder}/lower`, text: /leads to no layer$/ };
  },
  'a record without its parent': async (tree) => {
    const { record } = upperLayer(tree);
    const parent = text(tree, `${record}/parent`);
    await remove(tree, `${layerdb}/${parent.replace(':', '/')}`);
    return { at: `${record}/parent`, text: `is ${parent}, of which there is no record` };
  },
  'a record that names no folder': async (tree) => {
    const { record } = upperLayer(tree);
    await writeFile(join(tree, record, 'cache-id'), '../../somewhere');
    return { at: `${record}/cache-id`, text: 'names no folder' };
  },
  "a record with another layer's diffID": async (tree) => {
    const { record } = upperLayer(tree);
    await writeFile(join(tree, record, 'diff'), `sha256:${'0'.repeat(64)}`);
    return { at: record, text: 'is not the chainID of what it records' };
  },
  'a record without size': async (tree) => {
    const { record } = upperLayer(tree);
    await truncate(join(tree, record, 'size'));
    return { at: `${record}/size`, text: 'is no size' };
  },
  'a record that is a link': async (tree) => {
    const { record } = upperLayer(tree);
    await rename(join(tree, record), join(tree, 'elsewhere'));
    await symlink(join(tree, 'elsewhere'), join(tree, record));
    return { at: 'docker/overlay2', text: `${join(tree, record)} is not a folder` };
  },
  'an image without its configuration': async (tree) => {
    const [name] = readdirSync(join(tree, imagedb));
    await remove(tree, `${imagedb}/${name}`);
    return {
      at: /repositories.json$/,
      text: new RegExp(`is image sha256:${name}, which is missing`),
    };
  },
  'an image with half a configuration': async (tree) => {
    const [name = ''] = readdirSync(join(tree, imagedb));
    await truncate(join(tree, imagedb, name), 20);
    return { at: `${imagedb}/${name}`, text: 'is not the configuration of an image' };
  },
  'names of images that were not written': async (tree) => {
    const at = 'docker/image/overlay2/repositories.json';
    await truncate(join(tree, at));
    return { at, text: 'is no list of names' };
  },
  'a container': async (tree) => {
    await mkdir(join(tree, 'docker/containers/abc'));
    return { at: 'docker/containers/abc', text: 'belongs to a container that was not removed' };
  },
  'a layer of a container': async (tree) => {
    await mkdir(join(tree, layerdb, 'mounts/abc'), { recursive: true });
    return { at: `${layerdb}/mounts/abc`, text: 'belongs to a container that was not removed' };
  },
  'a blob that BuildKit lacks': async (tree) => {
    const { blobs } = await findShareable(tree);
    await remove(tree, blobs[0] ?? '');
    return { at: blobs[0] ?? '', text: 'is missing' };
  },
  'half a database': async (tree) => {
    const at = 'docker/buildkit/snapshots.db';
    await truncate(join(tree, at), 5000);
    return { at, text: /beyond the end/ };
  },
};

const damagesOfContainerd: Record<string, Damage> = {
  'a snapshot without folder': async (tree) => {
    const { layers } = await findShareable(tree);
    await remove(tree, layers[0] ?? '');
    return { at: layers[0] ?? '', text: /^of snapshot .* is missing$/ };
  },
  'a snapshot that is a link to nothing': async (tree) => {
    const { layers } = await findShareable(tree);
    await remove(tree, layers[0] ?? '');
    await symlink('/proc/no/such', join(tree, layers[0] ?? ''));
    return { at: layers[0] ?? '', text: /^of snapshot .* is missing$/ };
  },
  'a blob that is not there': async (tree) => {
    const { blobs } = await findShareable(tree);
    await remove(tree, blobs[0] ?? '');
    return { at: blobs[0] ?? '', text: 'is missing' };
  },
  'a blob that is a link': async (tree) => {
    const { blobs } = await findShareable(tree);
    await remove(tree, blobs[0] ?? '');
    await symlink('/etc/passwd', join(tree, blobs[0] ?? ''));
    return { at: blobs[0] ?? '', text: 'is no file' };
  },
  'snapshots that their own database does not know': async (tree) => {
    await remove(tree, `${overlayfs}/metadata.db`);
    return { at: `${overlayfs}/metadata.db`, text: /^does not know snapshot/ };
  },
  'a database that is a link': async (tree) => {
    const at = `${overlayfs}/metadata.db`;
    await rename(join(tree, at), join(tree, 'elsewhere'));
    await symlink(join(tree, 'elsewhere'), join(tree, at));
    return { at, text: /no regular file/ };
  },
  'half a database': async (tree) => {
    const at = `${containerd}/io.containerd.metadata.v1.bolt/meta.db`;
    await truncate(join(tree, at), 9000);
    return { at, text: /beyond the end/ };
  },
};

describe.each<[ImageStore, Record<string, Damage>]>([
  ['classic', damagesOfClassic],
  ['containerd', damagesOfContainerd],
])('a data root of the %s store', (store, damages) => {
  let folder: string;
  let original: string;
  let tree: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(testbedDir(), 'verify-'));
    original = join(folder, 'original');
    await makeDataRoot(original, store);
    await cleanTree(original);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function copy(): Promise<string> {
    tree = join(folder, 'copy');
    await run('cp', ['-a', original, tree]);
    return tree;
  }
  afterEach(() => tree && rm(tree, { recursive: true, force: true }));

  test('is whole, and of that store', async () => {
    expect(await verifyTree(original)).toEqual([]);
    expect(await imageStoreOf(original)).toBe(store);
  });

  test('has layers to share, but none that is still written to', async () => {
    const { layers, blobs } = await findShareable(original);
    const hasFile = (at: string, file: string) => {
      const names = readdirSync(join(original, at), { recursive: true, encoding: 'utf8' });
      return names.some((name) => basename(name) === file);
    };
    expect(layers.some((at) => hasFile(at, 'used'))).toBe(true);
    // It is in the cache mount.
    expect(layers.some((at) => hasFile(at, 'mutable'))).toBe(false);
    expect(hasFile('docker', 'mutable')).toBe(true);
    expect(layers.length).toBeGreaterThanOrEqual(1 + 3 + 3);
    expect(blobs.length).toBeGreaterThan(0);
  });

  test('lacks every blob that is removed', async () => {
    const { blobs } = await findShareable(await copy());
    await Promise.all(blobs.map((at) => remove(tree, at)));
    expect((await verifyTree(tree)).map(({ at }) => at).sort()).toEqual(blobs);
  });

  test.each(Object.entries(damages))('tells of %s', async (_, damage) => {
    const { at, text: expected } = await damage(await copy());
    const found = await verifyTree(tree);
    const matching = (pattern: string | RegExp) =>
      typeof pattern === 'string' ? pattern : expect.stringMatching(pattern);
    expect(found).toContainEqual({ at: matching(at), text: matching(expected) });
  });

  test('has databases that are read, or refused, whatever happens to them', () => {
    for (const at of databasesOf(original)) {
      readBolt(join(original, at));
      const file = readFileSync(join(original, at));
      for (let round = 0; round < 200; round++) {
        const changed = Buffer.from(file);
        changed.writeUInt32LE(
          (round * 2_654_435_761) % 2 ** 32,
          (round * 7919) % (file.length - 4),
        );
        expectReadOrRefused(changed);
      }
    }
  });

  function expectReadOrRefused(file: Buffer): void {
    try {
      parseBolt(file);
    } catch (error) {
      expect(error).toMatchObject({ code: 'PROTOCOL' });
    }
  }

  test('stops when it is told so', async () => {
    await expect(verifyTree(original, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });
});

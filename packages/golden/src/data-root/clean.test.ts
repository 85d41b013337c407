import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanTree } from './clean.js';
import { makeTree, pathsIn } from './tree.testing.js';

const chain = 'a'.repeat(64);
const classic = {
  'docker/engine-id': 'id',
  'docker/volumes/metadata.db': '',
  'docker/volumes/kept/_data/file': '',
  [`docker/image/overlay2/layerdb/sha256/${chain}/cache-id`]: 'abc',
  'docker/image/overlay2/layerdb/mounts/': '',
  'docker/overlay2/abc/diff/file': '',
  'docker/overlay2/abc/link': 'L',
  'docker/overlay2/l/L': '->../abc/diff',
  'docker/buildkit/content/blobs/sha256/': '',
};

const kept = Object.keys(classic);

let tree: string;
const made = (files: Record<string, string>) => {
  tree = makeTree(files);
  return tree;
};
afterEach(() => rmSync(tree, { recursive: true, force: true }));

/** Paths of files, and of folders that are empty. */
function leavesIn(root: string): string[] {
  const paths = pathsIn(root);
  return paths.filter((path) => !paths.some((other) => other !== path && other.startsWith(path)));
}

describe('cleanTree', () => {
  test.each<[string, Record<string, string>]>([
    [
      'what lives as long as a daemon',
      {
        'docker/tmp/file': '',
        'docker/runtimes/runc': '',
        'docker/network/files/local-kv.db': '',
        'docker/buildkit/executor/resolv.conf': '',
      },
    ],
    [
      'device nodes of quotas',
      {
        'docker/overlay2/backingFsBlockDev': '',
        'docker/volumes/backingFsBlockDev': '',
      },
    ],
    [
      'what was not fetched to its end',
      {
        'docker/image/overlay2/layerdb/tmp/write-set-1/diff': '',
        'docker/buildkit/content/ingest/1/data': '',
        'docker/containerd/daemon/io.containerd.content.v1.content/ingest/1/data': '',
        'containerd/io.containerd.content.v1.content/ingest/1/data': '',
      },
    ],
    [
      'tasks of containerd',
      {
        'docker/containerd/daemon/tmpmounts/1/': '',
        'docker/containerd/daemon/io.containerd.runtime.v2.task/moby/1/log': '',
        'containerd/io.containerd.runtime.v2.task/moby/1/': '',
      },
    ],
  ])('drops %s', async (_, dropped) => {
    made({ ...classic, ...dropped });
    await cleanTree(tree);
    const left = leavesIn(tree);
    expect(left).toEqual(expect.arrayContaining(kept));
    expect(left.filter((path) => path in dropped)).toEqual([]);
  });

  test('marks the layers of images for overlay2 to mount them read-only', async () => {
    made({ ...classic, 'docker/overlay2/of-buildkit/diff/': '' });
    await cleanTree(tree);
    await cleanTree(tree);
    expect(pathsIn(tree).filter((path) => path.endsWith('/committed'))).toEqual([
      'docker/overlay2/abc/committed',
    ]);
  });

  const onContainerd =
    'docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/metadata.db';
  test.each([onContainerd, onContainerd.replace('docker/containerd/daemon', 'containerd')])(
    'leaves nothing that makes Docker take %s for the classic store',
    async (database) => {
      made({
        [database]: '',
        'docker/engine-id': '',
        'docker/overlay2/l/': '',
        'docker/image/overlay2/repositories.json': '{}',
      });
      await cleanTree(tree);
      expect(leavesIn(tree)).toEqual([database, 'docker/engine-id'].sort());
    },
  );

  test.each([
    `docker/containers/${chain}/config.v2.json`,
    `docker/image/overlay2/layerdb/mounts/${chain}/parent`,
  ])('refuses a tree with %s, and leaves it as it is', async (left) => {
    made({ ...classic, [left]: '', 'docker/tmp/file': '' });
    const before = pathsIn(tree);
    await expect(cleanTree(tree)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/1 containers were not removed, such as .*a+/),
    });
    expect(pathsIn(tree)).toEqual(before);
  });

  test('removes a link, not what it leads to', async () => {
    made({ ...classic, 'docker/tmp': '->../outside', 'outside/file': '' });
    await cleanTree(tree);
    expect(pathsIn(tree)).toContain('outside/file');
    expect(pathsIn(tree)).not.toContain('docker/tmp');
  });

  test.each(['docker', 'docker/network', 'docker/network/files', 'docker/buildkit'])(
    'goes through no link at %s',
    async (at) => {
      const outside = makeTree({
        'files/local-kv.db': '',
        'network/files/local-kv.db': '',
        'local-kv.db': '',
      });
      made({ [at]: `->${outside}` });
      await expect(cleanTree(tree)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `${join(tree, at)} is not a folder`,
      });
      expect(pathsIn(outside)).toHaveLength(6);
      rmSync(outside, { recursive: true });
    },
  );

  test('stops when it is told so', async () => {
    made({ ...classic, 'docker/tmp/file': '' });
    await expect(cleanTree(tree, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    expect(pathsIn(tree)).toContain('docker/tmp/file');
  });
});

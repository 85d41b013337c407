import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, runGoldenBuild } from '../src/index.js';
import { bootSession, scriptTools, testDockerd, usersOf } from './support/golden-builds.js';
import { newFolder } from './support/store-folder.js';

const project = 'app';

describe.each(['classic', 'containerd'] as const)(
  'a golden build on the %s store',
  (imageStore) => {
    it('makes a golden whose clones have every image and volume, and no container', async () => {
      const root = join(newFolder(), 'store');
      const store = await openStore(root);
      const daemon = testDockerd(imageStore);
      const tools = await scriptTools();
      const build = (shell: string) =>
        runGoldenBuild({ store, project, daemon, script: { shell: `${tools}${shell}` } });

      const first = await build(`
      load app:v1
      docker volume create seeded >/dev/null
      docker run --detach --network none --restart always --name server --volume seeded:/seeded \
        --volume /anonymous app:v1 sh -c 'echo rows >/seeded/db; sleep 600' >/dev/null
      docker run --detach --network none --restart unless-stopped app:v1 sleep 600 >/dev/null
      until docker exec server cat /seeded/db; do sleep 0.1; done
    `);
      expect(first).toMatchObject({ generation: 1, images: ['app:v1', 'base:test'] });
      expect(usersOf(root)).toEqual([]);
      expect((await store.list()).sessions).toEqual([]);

      const second = await build(`
      docker image inspect app:v1 >/dev/null
      [ -z "$(docker ps --all --quiet)" ]
      docker run --rm --network none --volume seeded:/seeded app:v1 cat /seeded/db
      docker volume ls --quiet
      docker tag app:v1 app:v2
    `);
      expect(second).toMatchObject({ generation: 2, images: ['app:v1', 'app:v2', 'base:test'] });
      expect(second.addedBytes).toBeLessThan(first.addedBytes);
      expect(await readFile(second.logPath, 'utf8')).toBe('rows\nseeded\n');
      expect(await store.verify({ project, deep: true })).toEqual({
        generations: [1, 2],
        problems: [],
      });

      const engine = await bootSession(store, project, daemon);
      expect(await engine.listContainers()).toEqual([]);
      const images = (await engine.listImages()).flatMap(({ tags }) => tags);
      expect(images.sort()).toEqual(['app:v1', 'app:v2', 'base:test']);
      expect(await engine.info()).toMatchObject({ store: imageStore });
    });
  },
);

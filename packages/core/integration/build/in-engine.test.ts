import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { build } from '../../src/build/build.js';
import type { Progress } from '../../src/build/progress.js';
import { parseReference } from '../../src/oci/reference.js';
import { busybox, contextOf, withShell } from '../support/context.js';
import { fileOf, inspect, run } from '../support/daemon-images.js';
import { cleanEnv, engineAt, newTag } from '../support/workshop.js';

describe.each(['classic', 'containerd'] as const)(
  'a build in the daemon itself, with the %s store',
  (store) => {
    const { host } = useTestbed()[store];

    function buildThere(context: string, tags: string[]) {
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      return build({ context, tags, builder: 'default', engine: host, env });
    }

    it('leaves the image where it is wanted', async () => {
      const engine = engineAt(host);
      const context = contextOf({
        Dockerfile: `${withShell}\nRUN --network=none echo ran > /note`,
        busybox,
      });
      const tags = [newTag(), newTag()];
      const { load } = await buildThere(context, tags);
      expect(load).toMatchObject({
        outcome: 'in-place',
        reason: expect.stringContaining(host),
        layersTotal: 2,
        layersSent: 0,
        bytesSent: 0,
      });
      for (const tag of tags) expect((await inspect(host, tag))?.Id).toBe(load.imageId);
      expect(await run(host, load.imageId, 'busybox', 'cat', '/note')).toBe('ran\n');
      await engine.removeImage(load.imageId, { force: true });
    });

    it('is what happens without any builder', async () => {
      const note = randomUUID();
      const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note });
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      const progress: Progress[] = [];
      const onProgress = (event: Progress) => void progress.push(event);
      const { load } = await build({ context, tags: [newTag()], env, onProgress });
      expect(load.outcome).toBe('in-place');
      expect(await fileOf(host, load.imageId, 'note')).toBe(note);
      expect(progress.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['solve', 'context']),
      );
      await engineAt(host).removeImage(load.imageId, { force: true });
    });

    it('needs no tag', async () => {
      const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /n', n: randomUUID() });
      const { load } = await buildThere(context, []);
      expect((await inspect(host, load.imageId))?.Id).toBe(load.imageId);
      await engineAt(host).removeImage(load.imageId, { force: true });
    });

    it('that fails leaves the old image under the tag', async () => {
      const engine = engineAt(host);
      const tag = newTag();
      const old = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /n', n: randomUUID() });
      const { load } = await buildThere(old, [tag]);
      const broken = contextOf({ Dockerfile: 'FROM scratch\nCOPY nowhere /n' });
      await expect(buildThere(broken, [tag])).rejects.toMatchObject({ code: 'BUILD_FAILED' });
      expect(await engine.resolveImage(parseReference(tag))).toBe(load.imageId);
      await engine.removeImage(load.imageId, { force: true });
    });
  },
);

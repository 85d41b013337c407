import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../src/oci/reference.js';
import { build } from '../../src/pipeline/build.js';
import type { Progress } from '../../src/progress.js';
import { cleanEnv, engineAt, newTag } from '../support/build-harness.js';
import { busybox, contextOf, temporaryFolder } from '../support/context.js';
import { fileOf, inspect, run } from '../support/daemon-images.js';

describe.each(['classic', 'containerd'] as const)(
  'a build in the daemon itself, with the %s store',
  (store) => {
    const { host } = useTestbed()[store];

    function buildThere(context: string, tags: string[]) {
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      return build({ context, tags, builder: 'default', engine: host }, { env });
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
      const { load } = await build({ context, tags: [newTag()] }, { env, onProgress });
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

    it('writes its other outputs, and the image if that is one of them', async () => {
      const note = randomUUID();
      const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note });
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      const dest = join(temporaryFolder(), 'out');
      const asked = { context, builder: 'default', engine: host } as const;
      const directory = { type: 'local', dest, attrs: {} } as const;
      const exported = await build({ ...asked, outputs: [directory] }, { env });
      expect(exported.load).toBeUndefined();
      expect(readFileSync(join(dest, 'note'), 'utf8')).toBe(note);
      const outputs = [{ type: 'load', attrs: {} }] as const;
      const loaded = await build({ ...asked, tags: [newTag()], outputs }, { env });
      expect(loaded.load?.outcome).toBe('in-place');
      const imageId = loaded.load?.imageId ?? '';
      expect(await fileOf(host, imageId, 'note')).toBe(note);
      await engineAt(host).removeImage(imageId, { force: true });
    });

    it('pushes from the containerd store, and says that the classic one cannot', async () => {
      const { address } = useTestbed().registry;
      const path = `in-engine/${randomUUID()}`;
      const tag = `${address}/${path}:v1`;
      const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /n', n: randomUUID() });
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      const pushing = build(
        { context, tags: [tag], builder: 'default', engine: host, push: true },
        { env },
      );
      if (store === 'classic') {
        await expect(pushing).rejects.toMatchObject({ code: 'UNSUPPORTED' });
        return;
      }
      const { digest } = await pushing;
      const url = `http://${address}/v2/${path}/manifests/${digest}`;
      const accept = ['oci.image', 'docker.distribution']
        .flatMap((kind) => [
          `application/vnd.${kind}.manifest.v1+json`,
          `application/vnd.${kind}.manifest.v2+json`,
        ])
        .join(', ');
      expect((await fetch(url, { headers: { accept } })).status).toBe(200);
      await engineAt(host).removeImage(tag, { force: true });
    });
  },
);

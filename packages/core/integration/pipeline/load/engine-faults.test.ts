import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type ImageStore, smallDisk, startEngine } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/oci/reference.js';
import { build } from '../../../src/pipeline/build.js';
import type { Progress } from '../../../src/progress.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import { hasBegun, sleepingContext, within } from '../../support/faults.js';
import { anyBuilder } from '../../support/settings.js';

const builder = anyBuilder();
const stores: ImageStore[] = ['classic', 'containerd'];

function largeContext(): string {
  return contextOf({ Dockerfile: 'FROM scratch\nCOPY file /file', file: randomBytes(30_000_000) });
}

describe.each(stores)('a daemon with the %s store', (store) => {
  it('that is absent is UNAVAILABLE at once, however long the build takes', async () => {
    const host = 'unix:///nowhere/docker.sock';
    const { build } = openBuildHarness({ builder, store }, { host });
    await within(3_000, () =>
      expect(build({ context: sleepingContext() })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(host),
        hint: expect.any(String),
      }),
    );
  });

  it('that dies during the load is UNAVAILABLE, and named', async () => {
    await using daemon = await startEngine({ store });
    const { build } = openBuildHarness({ builder, store }, { host: daemon.host });
    let killed: Promise<void> | undefined;
    const onProgress = ({ type }: Progress) => {
      if (type === 'load') killed ??= daemon.kill();
    };
    await within(10_000, () =>
      expect(build({ context: largeContext() }, { onProgress })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(daemon.host),
      }),
    );
    await killed;
  });

  it('that dies between comparison and load is UNAVAILABLE', async () => {
    await using daemon = await startEngine({ store });
    const { build } = openBuildHarness({ builder, store }, { host: daemon.host });
    const dying: Promise<void>[] = [];
    const onProgress = ({ type }: Progress) => {
      if (type === 'compare') dying.push(daemon.kill());
    };
    await within(10_000, () =>
      expect(build({ context: largeContext() }, { onProgress })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      }),
    );
    await Promise.all(dying);
  });

  it('that builds itself and dies during a step is UNAVAILABLE', async () => {
    await using daemon = await startEngine({ store });
    const dying: Promise<void>[] = [];
    const onProgress = (event: Progress) => {
      if (hasBegun(event)) dying.push(daemon.kill());
    };
    const env = { ...cleanEnv(), DOCKER_HOST: daemon.host };
    await within(10_000, () =>
      expect(build({ context: sleepingContext() }, { env, onProgress })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(daemon.host),
      }),
    );
    await Promise.all(dying);
  });

  it('whose disk is full is LOAD_FAILED, and the tag stays on the old image', async () => {
    await using daemon = await startEngine({ store, stateDir: join(smallDisk('64m'), 'daemon') });
    const { build, engine } = openBuildHarness({ builder, store }, { host: daemon.host });
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY file /file', file: 'small' });
    const tags = [newTag()];
    const { load } = await build({ context, tags });
    putNode(join(context, 'file'), randomBytes(100_000_000));
    await expect(build({ context, tags })).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('no space left'),
    });
    expect(await engine.resolveImage(parseReference(tags[0] ?? ''))).toBe(load.imageId);
  });
});

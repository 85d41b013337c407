import { randomBytes } from 'node:crypto';
import { startEngine, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/oci/reference.js';
import { newTag, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, putNode } from '../../support/context.js';
import { inspect, run } from '../../support/daemon-images.js';
import { anyBuilder, everySetting, inContainer } from '../../support/settings.js';

/** Three layers of random bytes, of which `top` is the last. */
function layeredContext(): string {
  return contextOf({
    Dockerfile: 'FROM scratch\nCOPY low /low\nCOPY middle /middle\nCOPY top /top',
    low: randomBytes(100_000),
    middle: randomBytes(100_000),
    top: randomBytes(1_000),
  });
}

describe.each([...everySetting(), inContainer()])('a build %s', (_name, setting) => {
  it('loads all layers of an image that shares none, and the daemon runs it', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({
      Dockerfile: `${withShell}\nCOPY note /note`,
      busybox,
      note: randomBytes(20).toString('hex'),
    });
    const tags = [newTag()];
    const { load } = await build({ context, tags });
    expect(load).toMatchObject({ layersTotal: 2, tags: [`docker.io/library/${tags[0]}`] });
    expect(await run(host, tags[0] ?? '', 'busybox', 'cat', '/note')).toHaveLength(40);
    expect((await inspect(host, tags[0] ?? ''))?.Id).toBe(load.imageId);
  });

  it('says what it sent, layer for layer and byte for byte', async () => {
    const { build } = openBuildHarness(setting);
    const { load, progress } = await build({ context: layeredContext() });
    expect(load).toMatchObject({ outcome: 'full', layersTotal: 3, layersSent: 3 });
    expect(load.bytesSent).toBeGreaterThan(201_000);
    expect(load.bytesSent).toBeLessThan(210_000);
    for (const ms of Object.values(load.timingsMs)) expect(ms).toBeGreaterThanOrEqual(0);
    const compared = progress.find(({ type }) => type === 'compare');
    expect(compared).toMatchObject({ plan: { outcome: 'full', missing: { length: 3 } } });
    expect(progress.findLast(({ type }) => type === 'load')).toMatchObject({
      sentBytes: expect.any(Number),
    });
  });

  it('sends nothing when nothing changed', async () => {
    const { build } = openBuildHarness(setting);
    const context = layeredContext();
    const first = await build({ context });
    const second = await build({ context });
    expect(second.digest).toBe(first.digest);
    expect(second.load).toMatchObject({
      outcome: 'unchanged',
      imageId: first.load.imageId,
      layersTotal: 3,
      layersSent: 0,
      bytesSent: 0,
    });
  });

  it('only moves tags when the daemon has the image under another name', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = layeredContext();
    const first = await build({ context });
    const tags = [newTag(), newTag()];
    const { load } = await build({ context, tags });
    expect(load).toMatchObject({ outcome: 'retag', layersTotal: 3, layersSent: 0, bytesSent: 0 });
    for (const tag of tags) expect((await inspect(host, tag))?.Id).toBe(first.load.imageId);
  });

  it('sends exactly the one layer that changed', async () => {
    const { build, host, engine } = openBuildHarness(setting);
    const context = layeredContext();
    const tags = [newTag()];
    const first = await build({ context, tags });
    putNode(`${context}/top`, randomBytes(1_000));
    const { load } = await build({ context, tags });
    expect(load).toMatchObject({ outcome: 'thin', layersTotal: 3, layersSent: 1 });
    expect(load.bytesSent).toBeGreaterThan(1_000);
    expect(load.bytesSent).toBeLessThan(6_000);
    expect(await engine.resolveImage(parseReference(tags[0] ?? ''))).toBe(load.imageId);
    const [before, after] = [
      await inspect(host, first.load.imageId),
      await inspect(host, load.imageId),
    ];
    expect(after?.RootFS.Layers.slice(0, 2)).toEqual(before?.RootFS.Layers.slice(0, 2));
    expect(after?.RootFS.Layers[2]).not.toBe(before?.RootFS.Layers[2]);
  });

  it('loads a changed layer below layers that stay', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = layeredContext();
    const tags = [newTag()];
    const first = await build({ context, tags });
    putNode(`${context}/low`, randomBytes(100_000));
    const { load } = await build({ context, tags });
    // The containerd store shares blobs wherever they stand, the classic one only whole stacks.
    expect(load.layersSent).toBe(setting.store === 'classic' ? 3 : 1);
    const [before, after] = [
      await inspect(host, first.load.imageId),
      await inspect(host, load.imageId),
    ];
    expect(after?.RootFS.Layers.slice(1)).toEqual(before?.RootFS.Layers.slice(1));
  });

  it('loads an image of two identical layers, sending them once', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({
      // The second and third change nothing: two empty layers.
      Dockerfile: 'FROM scratch\nCOPY file /file\nCOPY file /file\nCOPY file /file',
      file: randomBytes(1_000),
    });
    const { load } = await build({ context });
    expect(load).toMatchObject({ outcome: 'full', layersTotal: 2, layersSent: 2 });
    const layers = (await inspect(host, load.imageId))?.RootFS.Layers ?? [];
    expect(layers).toHaveLength(3);
    expect(layers[2]).toBe(layers[1]);
    expect((await build({ context })).load).toMatchObject({ outcome: 'unchanged', layersTotal: 2 });
  });

  it('needs no tag', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = layeredContext();
    const { load } = await build({ context, tags: [] });
    expect(load).toMatchObject({ outcome: 'full', tags: [] });
    expect((await inspect(host, load.imageId))?.Id).toBe(load.imageId);
    expect((await build({ context, tags: [] })).load).toMatchObject({ outcome: 'unchanged' });
  });
});

describe.each(['classic', 'containerd'] as const)('a new daemon with the %s store', (store) => {
  it('gets everything', async () => {
    await using daemon = await startEngine({ store });
    const { build, host } = openBuildHarness(
      { builder: anyBuilder(), store },
      { host: daemon.host },
    );
    const { load } = await build({ context: layeredContext() });
    expect(load).toMatchObject({ outcome: 'full', layersSent: 3 });
    expect((await inspect(host, load.imageId))?.Id).toBe(load.imageId);
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { outputOf, runClient, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { WarmdockError } from '../../../src/errors.js';
import type { Progress } from '../../../src/progress.js';
import { newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { everySetting } from '../../support/settings.js';

const { registry } = useTestbed();
const Dockerfile = 'FROM scratch\nCOPY base /base\nCOPY file /file\n';

function twoLayers(): string {
  return contextOf({ Dockerfile, base: randomBytes(3_000_000), file: randomBytes(2_000_000) });
}

function noticesOf(progress: readonly Progress[]): string[] {
  return progress.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}

const newRepository = () => `${registry.address}/it-${randomUUID()}`;
const crane = (...args: string[]) => outputOf(runClient('crane', [...args, '--insecure']));

describe.each(everySetting())('an image %s', (_name, setting) => {
  it('through a registry is pushed by the solve and leaves no name there', async () => {
    const { build, host } = openBuildHarness(setting);
    const [repository, tags] = [newRepository(), [newTag()]];
    const context = twoLayers();
    const ways = { via: 'registry', registry: repository } as const;
    const first = await build({ context, tags, ...ways });
    expect(first.load).toMatchObject({ via: 'registry', outcome: 'full', layersSent: 2 });
    expect(first.load.failedWays).toBeUndefined();
    expect((await inspect(host, tags[0] ?? ''))?.Id).toBe(first.load.imageId);
    expect(await crane('manifest', `${repository}@${first.digest}`)).toContain('layers');
    await expect(crane('ls', repository)).rejects.toThrow('NAME_UNKNOWN');
    const again = await build({ context, tags, ...ways });
    expect(again.load).toMatchObject({ outcome: 'unchanged', via: 'registry' });
    putNode(`${context}/file`, randomBytes(2_000_000));
    const changed = await build({ context, tags, ...ways });
    expect(changed.load).toMatchObject({ outcome: 'thin', layersSent: 1, via: 'registry' });
    expect(noticesOf(changed.progress)).toEqual([]);
  });

  it('as an archive comes whole, and is unchanged afterwards', async () => {
    const { build, host } = openBuildHarness(setting);
    const [context, tags] = [twoLayers(), [newTag()]];
    const { load, progress } = await build({ context, tags, via: 'archive' });
    expect(load).toMatchObject({ via: 'archive', outcome: 'full', layersSent: 2 });
    expect((await inspect(host, tags[0] ?? ''))?.Id).toBe(load.imageId);
    expect(noticesOf(progress)).toEqual([]);
    const again = await build({ context, tags, via: 'archive' });
    expect(again.load.outcome).toBe('unchanged');
  });

  it('that cannot be read from the builder comes through the registry, and says why', async () => {
    const { build, buildkit } = openBuildHarness(setting);
    breakContent(buildkit);
    const { load, progress } = await build({ context: twoLayers(), registry: newRepository() });
    expect(load).toMatchObject({
      via: 'registry',
      failedWays: [{ via: 'direct', reason: 'the way is cut' }],
    });
    expect(noticesOf(progress)).toEqual([
      'loading the image from the builder failed (the way is cut); letting the builder push it and reading it from the registry instead',
    ]);
  });

  it('comes as an archive where there is no registry, or it cannot be pushed to', async () => {
    const { build, buildkit } = openBuildHarness(setting);
    breakContent(buildkit);
    const plain = await build({ context: twoLayers() });
    expect(plain.load).toMatchObject({ via: 'archive', failedWays: [{ via: 'direct' }] });
    const registry = `http://127.0.0.1:1/it-${randomUUID()}`;
    const { load, progress } = await build({ context: twoLayers(), registry });
    expect(load.failedWays?.map(({ via }) => via)).toEqual(['direct', 'registry']);
    expect(load).toMatchObject({ via: 'archive' });
    expect(noticesOf(progress)[1]).toMatch(
      /^loading the image through the registry failed \(.*127\.0\.0\.1:1.*\); letting the builder send it as an archive instead$/,
    );
  });

  it('with outputs beside it goes each way, too', async () => {
    const { build } = openBuildHarness(setting);
    const registry = newRepository();
    const name = `${newRepository()}:v1`;
    const request = { context: twoLayers(), tags: [name], push: true, load: true, registry };
    const { load } = await build({ ...request, via: 'registry' });
    expect(load).toMatchObject({ via: 'registry', tags: [name] });
    expect(await crane('digest', name)).toMatch(/^sha256:/);
    const archived = await build({ ...request, context: twoLayers(), via: 'archive' });
    expect(archived.load).toMatchObject({ via: 'archive' });
  });
});

describe('a build that fails', () => {
  it.each(['auto', 'registry', 'archive'] as const)('is tried once, via %s', async (via) => {
    const [, setting] = everySetting()[0] ?? [];
    if (!setting) throw new Error('no setting');
    const { build } = openBuildHarness(setting);
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY nothing /nothing' });
    const told: Progress[] = [];
    const onProgress = (event: Progress) => void told.push(event);
    const request = { context, via, registry: newRepository() };
    await expect(build(request, { onProgress })).rejects.toMatchObject({ code: 'BUILD_FAILED' });
    expect(noticesOf(told)).toEqual([]);
  });
});

/** Its blobs are behind a way that is cut; all else of the builder works. */
function breakContent(buildkit: { content: object }): void {
  const fail = () => {
    throw new WarmdockError('UNAVAILABLE', 'the way is cut');
  };
  Object.assign(buildkit.content, {
    exists: async () => fail(),
    // biome-ignore lint/correctness/useYield: it fails before the first byte.
    async *fetch() {
      fail();
    },
    prepare: async () => fail(),
  });
}

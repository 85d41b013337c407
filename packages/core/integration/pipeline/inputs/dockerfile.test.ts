import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, putNode, temporaryFolder } from '../../support/context.js';
import { fileOf, inspect, run } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

const stages = [
  'FROM scratch AS base',
  'COPY note /note',
  'FROM base AS first',
  'LABEL stage=first',
  'FROM base AS last',
  'LABEL stage=last',
].join('\n');

describe.each(everyBuilder())('with %s', (_name, setting) => {
  async function labelsOf(options: Parameters<ReturnType<typeof openBuildHarness>['build']>[0]) {
    const { build, host } = openBuildHarness(setting);
    const { load } = await build(options);
    return (await inspect(host, load.imageId))?.Config.Labels;
  }

  it('the last stage is built unless a target is named', async () => {
    const context = contextOf({ Dockerfile: stages, note: 'n' });
    expect(await labelsOf({ context })).toMatchObject({ stage: 'last' });
    expect(await labelsOf({ context, target: 'first' })).toMatchObject({ stage: 'first' });
  });

  it('build arguments and labels arrive, whatever they hold', async () => {
    const value = `a "b" 'c' $D, =${randomUUID()} ü`;
    const context = contextOf({
      Dockerfile:
        'FROM scratch\nCOPY note /note\nARG ONE=default\nARG TWO=default\nLABEL one=$ONE two=$TWO',
      note: 'n',
    });
    expect(
      await labelsOf({ context, buildArgs: { ONE: value }, labels: { 'org.example.x': value } }),
    ).toEqual({ one: value, two: 'default', 'org.example.x': value });
  });

  it('steps run again only when the cache is switched off', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({
      Dockerfile: `${withShell}\nRUN --network=none cat /proc/sys/kernel/random/uuid > /id # ${randomUUID()}`,
      busybox,
    });
    const idOf = async (noCache: boolean) =>
      // Docker loses what containers print that end at once, on a busy machine.
      fileOf(host, (await build({ context, noCache })).load.imageId, 'id');
    const first = await idOf(false);
    expect(await idOf(false)).toBe(first);
    expect(await idOf(true)).not.toBe(first);
  });

  it('only the named stages run again', async () => {
    const { build, host } = openBuildHarness(setting);
    const uuid = (file: string) =>
      `RUN --network=none cat /proc/sys/kernel/random/uuid > /${file} # ${randomUUID()}`;
    const context = contextOf({
      Dockerfile: [
        withShell.replace('FROM scratch', 'FROM scratch AS base'),
        'FROM base AS kept',
        uuid('id'),
        'FROM base AS again',
        uuid('id'),
        'FROM base',
        'COPY --from=kept /id /kept',
        'COPY --from=again /id /again',
      ].join('\n'),
      busybox,
    });
    const both = async (noCache: readonly string[]) =>
      run(
        host,
        (await build({ context, noCache })).load.imageId,
        'busybox',
        'cat',
        '/kept',
        '/again',
      );
    const [first, second] = [await both([]), await both(['again'])].map((text) => text.split('\n'));
    expect(second?.[0]).toBe(first?.[0]);
    expect(second?.[1]).not.toBe(first?.[1]);
  });
});

describe.each(everyBuilder())('with %s the Dockerfile', (_name, setting) => {
  it('may lie outside of the context, with an ignore file of its own', async () => {
    const folder = temporaryFolder();
    putNode(join(folder, 'app.Dockerfile'), 'FROM scratch\nCOPY . /all');
    putNode(join(folder, 'app.Dockerfile.dockerignore'), 'secret*');
    const context = contextOf({ '.dockerignore': 'note', note: 'n', secret: 's', Dockerfile: 'x' });
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context, dockerfile: join(folder, 'app.Dockerfile') });
    expect(await fileOf(host, load.imageId, 'all/note')).toBe('n');
    await expect(fileOf(host, load.imageId, 'all/secret')).rejects.toThrow('ENOENT');
  });

  it('may have another name in the context', async () => {
    const context = contextOf({ 'docker/App file': 'FROM scratch\nCOPY note /note', note: 'n' });
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context, dockerfile: 'docker/App file', cwd: context });
    expect(await fileOf(host, load.imageId, 'note')).toBe('n');
  });

  it('may be called dockerfile', async () => {
    const context = contextOf({ dockerfile: 'FROM scratch\nCOPY note /note', note: 'lower case' });
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context });
    expect(await fileOf(host, load.imageId, 'note')).toBe('lower case');
  });
});

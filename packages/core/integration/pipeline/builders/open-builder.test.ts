import { randomUUID } from 'node:crypto';
import { outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { build } from '../../../src/pipeline/build.js';
import type { LoadingBuildRequest } from '../../../src/pipeline/build-request.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { buildxWith } from '../../support/buildx.js';
import { contextOf } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

/** Builds a note and reads it out of the daemon. */
async function builtNote(
  request: Partial<LoadingBuildRequest>,
  wanted: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { host } = useTestbed().containerd;
  const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note: randomUUID() });
  const env = { ...cleanEnv(), ...wanted };
  const { load } = await build({ context, tags: [newTag()], engine: host, ...request }, { env });
  const note = await fileOf(host, load.imageId, 'note');
  await runDocker(['rmi', '--force', load.imageId], { host });
  return note;
}

const anyNote = expect.stringMatching(/^[0-9a-f-]{36}$/);

/** The BuildKits with all their addresses. */
const ways = everyBuilder().map(([title, { builder }]) => ({ title, ...builder }));

describe.each(ways)('$title is reached', (builder) => {
  it('at its address', async () => {
    expect(await builtNote({ builder: builder.address })).toEqual(anyNote);
  });

  it('without a name, when `docker buildx use` chose it', async () => {
    const { name, env } = await buildxWith(builder);
    await outputOf(runDocker(['buildx', 'use', name], { env }));
    expect(await builtNote({}, env)).toEqual(anyNote);
  });
});

describe.each(ways.filter(({ unixAddress }) => unixAddress))('$title is reached', (builder) => {
  it('at its unix socket', async () => {
    expect(await builtNote({ builder: builder.unixAddress })).toEqual(anyNote);
  });
});

describe.each(ways.filter(({ tls }) => tls))('$title is reached', ({ tls, ...builder }) => {
  it('by the name under which buildx knows it, with mutual TLS', async () => {
    const { name, env } = await buildxWith(builder, tls);
    expect(await builtNote({ builder: name }, env)).toEqual(anyNote);
  });

  it('not when its certificate says another name', async () => {
    const { name, env } = await buildxWith(builder, tls && { ...tls, serverName: 'other.test' });
    await expect(builtNote({ builder: name }, env)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(tls?.address ?? ''),
    });
  });
});

describe.each(everyBuilder())(
  'several builds at once on one connection to %s',
  (_name, setting) => {
    it('each give their own image', async () => {
      const { build, host } = openBuildHarness(setting);
      const notes = Array.from({ length: 6 }, (_, index) => `${index} ${randomUUID()}`);
      const outcomes = await Promise.all(
        notes.map((note) =>
          build({
            context: contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note }),
            tags: [newTag()],
          }),
        ),
      );
      const read = outcomes.map(({ load }) => fileOf(host, load.imageId, 'note'));
      expect(await Promise.all(read)).toEqual(notes);
    });

    it('of which one fails and one is cancelled leave the others alone', async () => {
      const { build, host } = openBuildHarness(setting);
      const context = contextOf({
        Dockerfile: 'FROM scratch\nCOPY note /note',
        note: randomUUID(),
      });
      const broken = contextOf({ Dockerfile: 'FROM scratch\nCOPY nowhere /' });
      const [good, failed, late] = await Promise.allSettled([
        build({ context }),
        build({ context: broken, tags: [newTag()] }),
        build({ context, tags: [newTag()] }, { signal: AbortSignal.timeout(30) }),
      ]);
      expect(failed).toMatchObject({ reason: { code: 'BUILD_FAILED' } });
      expect(late).toMatchObject({ reason: { code: 'TIMEOUT' } });
      if (good.status === 'rejected') throw good.reason;
      expect(await fileOf(host, good.value.load.imageId, 'note')).toEqual(anyNote);
    });
  },
);
